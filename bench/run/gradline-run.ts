import { freshOutput } from '../fresh-output.ts';
import { measureRun } from '../usage/measured-run.ts';
import type { Measurement } from './marginal-cost.ts';

export interface RunToMeasure {
  name: string;
  /** The built command; undefined: this checkout's. */
  command: string | undefined;
  overlays: 'all' | 'none';
  settings: string[];
  /** The folder with so many photographs. */
  photosOf(count: number): string;
  folder: string;
}

/** The whole command: listing, decoding, explaining, drawing, writing, merging the scores. Without the report at its end. */
export function gradlineRun({ name, command, overlays, settings, photosOf, folder }: RunToMeasure): Measurement {
  return {
    name: overlays === 'all' ? `${name}, overlays` : name,
    run: async (count) => {
      const output = freshOutput(folder);
      const args = [photosOf(count), ...settings, '--overlays', overlays, '--no-report'];
      const used = await measureRun(args, output, command === undefined ? {} : { command });
      return {
        wall: used.images / used.imagesPerSecond,
        processor: used.user + used.system,
        mainThread: used.mainOnCore,
      };
    },
  };
}
