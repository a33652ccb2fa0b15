/** A run of ten million images, without its pictures: what can be measured in minutes, and what follows for the rest. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectRedis } from '../../src/shared/ledger/connect-redis.ts';
import { scoresPartKey } from '../../src/shared/run/output-key.ts';
import { shardsPerPart } from '../../src/shared/run/plan-files.ts';
import type { ImageRecord } from '../../src/shared/run/record.ts';
import { mergeScores } from '../../src/worker/pipeline/finish/merge-scores.ts';
import { printTable } from '../table.ts';
import { measureLedger } from './ledger-figures.ts';
import { benchRedis } from './servers.ts';

export interface LargeRunSettings {
  images: number;
  shardSize: number;
  /** Parts that are merged to see how long all of them take. */
  mergedParts: number;
  folder: string;
}

/** Devices and images/s of each, for the time that the explaining takes. */
const fleets = [
  { devices: 16, rate: 400 },
  { devices: 64, rate: 400 },
];

export async function describeLargeRun({ images, shardSize, mergedParts, folder }: LargeRunSettings): Promise<void> {
  const server = await benchRedis();
  const redis = await connectRedis(server.url, { use: 'command' });
  const ledger = await measureLedger(redis, images, shardSize).finally(async () => {
    redis.disconnect();
    await server.stop();
  });
  const { shards } = ledger;
  const output = join(folder, 'large');
  await writeParts(output, mergedParts, shardSize);
  const begin = performance.now();
  await mergeScores({ output, shards: mergedParts, missing: [] });
  const merging = ((performance.now() - begin) / 1000) * (shards / mergedParts);
  const planParts = Math.ceil(shards / shardsPerPart);
  console.log(`\nA run of ${images} images in ${shards} shards of ${shardSize}, without pictures`);
  printTable(
    ['', 'value', 'how it is known'],
    [
      ['Redis for the ledger, MiB', (ledger.bytes / 2 ** 20).toFixed(1), 'measured, all of it'],
      ['Redis after the end, KiB', (ledger.bytesAfterwards / 1024).toFixed(1), 'measured'],
      ['commits of all shards by one Redis, s', ledger.commits.toFixed(0), 'measured, all of it, 32 at a time'],
      ['images/s that one Redis can count', (images / ledger.commits).toFixed(0), 'measured'],
      ['merge of all scores at the end, s', merging.toFixed(0), `from ${mergedParts} parts on a local disk`],
      ...fleets.map(({ devices, rate }) => [
        `explaining on ${devices} devices of ${rate} images/s, s`,
        (images / (devices * rate)).toFixed(0),
        'computed',
      ]),
      ['objects: scores parts', String(shards), 'computed'],
      ['objects: plan parts', String(planParts), 'computed'],
      ['objects: run.json, manifest, scores.parquet', '3', 'computed'],
      ['objects for each overlay or map of an image', String(images), 'computed'],
    ],
  );
}

async function writeParts(output: string, parts: number, shardSize: number): Promise<void> {
  await mkdir(join(output, 'scores'), { recursive: true });
  for (let part = 0; part < parts; part += 1) {
    const records = Array.from({ length: shardSize }, (_, place) => recordOf(part * shardSize + place));
    await writeFile(join(output, scoresPartKey(part)), records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  }
}

/** As large as those of a run with 1,000 classes and one map an image. */
function recordOf(number: number): ImageRecord {
  const label = number % 1000;
  const score = 0.3 + ((number * 7919) % 7000) / 10_000;
  return {
    key: `val/n${String(label).padStart(8, '0')}/ILSVRC2012_val_${String(number).padStart(9, '0')}.JPEG`,
    status: 'done',
    label,
    labelName: `class number ${label}`,
    predicted: label,
    predictedName: `class number ${label}`,
    score,
    margin: score - 0.1,
    correct: true,
    image: { width: 500, height: 375 },
    top: Array.from({ length: 5 }, (_, i) => ({ class: i, name: `class number ${i}`, score: score / (i + 1) })),
    maps: [
      {
        layer: 'layer4',
        method: 'grad-cam',
        target: 'predicted',
        class: label,
        className: `class number ${label}`,
        shape: [7, 7],
        overlay: null,
        map: null,
        min: -score / 3,
        max: score,
        mean: score / 7,
        peak: { x: 112.5, y: 80.25 },
        centre: { x: 100 * score, y: 120 * score },
        areaAboveHalf: score / 2,
        borderShare: score / 5,
        degenerate: false,
        degenerateReason: null,
      },
    ],
  };
}
