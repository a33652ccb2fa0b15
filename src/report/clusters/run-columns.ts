import type { MapId } from '../contract.ts';
import type { EvidenceRows } from '../read/evidence.ts';

/** One entry for each record of the run, in the order of its parts; -1 where a class is not known. A `RunTable` is one. */
export interface RunColumns {
  keys: ArrayLike<string>;
  label: Int32Array;
  predicted: Int32Array;
  margin: ArrayLike<number>;
}

/** Evidence of chosen images: row i of each map belongs to the record `images[i]`. */
export interface SeenImages {
  images: Int32Array;
  maps: readonly (MapId & EvidenceRows)[];
}

/** The run's images as seen, and how many images of the run each one stands for: correct ones are sampled. */
export interface Sample extends SeenImages {
  label: Int32Array;
  predicted: Int32Array;
  margin: Float64Array;
  keys: string[];
  weight: Float64Array;
}

/** @param run where the images are from; each chosen one stands for its share of the run's images with the same label and answer */
export function sampleOf(run: RunColumns, seen: SeenImages): Sample {
  const group = (row: number) => `${run.label[row]}/${run.predicted[row] === run.label[row]}`;
  const inRun = countBy(run.label.length, group);
  const chosen = countBy(seen.images.length, (place) => group(seen.images[place] ?? -1));
  return {
    ...seen,
    label: seen.images.map((row) => run.label[row] ?? -1),
    predicted: seen.images.map((row) => run.predicted[row] ?? -1),
    margin: Float64Array.from(seen.images, (row) => run.margin[row] ?? 0),
    keys: Array.from(seen.images, (row) => run.keys[row] ?? ''),
    weight: Float64Array.from(seen.images, (row) => (inRun.get(group(row)) ?? 0) / (chosen.get(group(row)) ?? 1)),
  };
}

function countBy(length: number, group: (index: number) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (let index = 0; index < length; index += 1) counts.set(group(index), (counts.get(group(index)) ?? 0) + 1);
  return counts;
}
