/** The whole command on a card, with the card and the cores watched. */

import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Precision } from '../../src/explain/options.ts';
import { randomBatch } from '../batch.ts';
import { interleave } from '../interleave.ts';
import { median } from '../statistics.ts';
import { printTable } from '../table.ts';
import { BareForward } from '../throughput/forward.ts';
import { measureRun } from '../usage/measured-run.ts';
import type { WrittenModel } from './engine.ts';
import { watchCard } from './watch-card.ts';

export interface WatchedRuns {
  provider: string;
  precision: Precision;
  batchSize: number;
  photos: string;
  /** A quarter as many: what an image costs is what the others cost more. */
  few: string;
  folder: string;
}

/** Prints images/s of `gradline run` with overlays and without, beside the bare session, and what that takes. */
export async function watchRuns(
  { model, file }: WrittenModel,
  { provider, precision, batchSize, photos, few, folder }: WatchedRuns,
): Promise<void> {
  const [layer] = model.layers;
  const bare = await bareRate(file, provider, batchSize);
  const settings = [
    '--model',
    file,
    '--layers',
    layer,
    '--provider',
    provider,
    '--precision',
    precision,
    '--batch-size',
    String(batchSize),
  ];
  const output = join(folder, 'run-output');
  const run = async (images: string, overlays: string) => {
    const measured = await measureRun([images, ...settings, '--overlays', overlays, '--no-report'], output);
    await rm(output, { recursive: true });
    return measured;
  };
  const rows: string[][] = [];
  for (const overlays of ['all', 'none']) {
    const short = await run(few, overlays);
    const { result: long, use } = await watchCard(() => run(photos, overlays));
    const images = long.images - short.images;
    const seconds = long.images / long.imagesPerSecond - short.images / short.imagesPerSecond;
    const processor = long.user + long.system - short.user - short.system;
    const main = long.mainOnCore === null || short.mainOnCore === null ? null : long.mainOnCore - short.mainOnCore;
    // Of the middle half of the looks: not while the model is opened and the scores are merged.
    const busy = use?.busy.slice(Math.floor(use.busy.length / 4), Math.ceil((3 * use.busy.length) / 4)) ?? [];
    rows.push([
      overlays === 'all' ? 'overlays' : '--overlays none',
      (images / seconds).toFixed(1),
      (images / seconds / bare).toFixed(3),
      busy.length === 0 ? '' : `${median(busy).toFixed(0)}%`,
      use === null || use.memory.length === 0 ? '' : String(Math.max(...use.memory)),
      (processor / seconds).toFixed(1),
      ((1000 * processor) / images).toFixed(2),
      main === null ? '' : ((1000 * main) / images).toFixed(2),
      (long.peak / 2 ** 20).toFixed(0),
    ]);
  }
  console.log(
    `\ngradline run with ${model.name} at ${layer}, ${provider}, batch ${batchSize}, ${availableParallelism()} cores; ` +
      `the bare session alone: ${bare.toFixed(1)} images/s`,
  );
  printTable(
    [
      '',
      'images/s',
      'to bare',
      'card busy',
      'MiB on it',
      'cores busy',
      'CPU ms an image',
      'main thread ms',
      'peak MiB',
    ],
    rows,
  );
}

async function bareRate(file: string, provider: string, batchSize: number): Promise<number> {
  await using bare = await BareForward.open(file, randomBatch(batchSize, 1), batchSize, provider);
  const [seconds = []] = await interleave([bare], { rounds: 3, turn: 1 });
  return batchSize / median(seconds);
}
