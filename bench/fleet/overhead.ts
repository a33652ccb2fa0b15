/** One worker on Redis and S3 against `gradline run` on local files. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { openStore } from '../../src/shared/store/open-store.ts';
import type { Store } from '../../src/shared/store/store.ts';
import { type Ratio, ratioText } from '../interleave.ts';
import { runGradline } from '../run-gradline.ts';
import { median, quantile } from '../statistics.ts';
import { printTable } from '../table.ts';
import { benchRedis, benchS3 } from './servers.ts';
import { workUntilEmpty } from './worker-process.ts';

export interface OverheadSettings {
  model: { name: string; file: string; layer: string };
  photos: string;
  rounds: number;
  folder: string;
}

const runFile = z.object({ timings: z.object({ imagesPerSecond: z.number() }) });
const target = 0.95;

/**
 * Prints images/s of both, measured in turns. Both count from the opened model to the completed run; the servers of the fleet run on
 * the same processors. Each writes one JPEG overlay a photo.
 */
export async function compareWithLocalRun({ model, photos, rounds, folder }: OverheadSettings): Promise<void> {
  const [redis, s3] = await Promise.all([benchRedis(), benchS3('photos', 'out')]);
  const environment = { ...s3.environment, GRADLINE_REDIS: redis.url, XDG_CACHE_HOME: join(folder, 'cache') };
  const settings = ['--layers', model.layer, '--quiet'];
  const local: number[] = [];
  const fleet: number[] = [];
  const delays: number[] = [];
  let images = 0;
  try {
    const bucket = await openStore('s3://photos');
    images = await upload(photos, bucket);
    await bucket.put('model.onnx', await readFile(model.file), 'application/octet-stream');
    await bucket.close();
    for (let round = 0; round < rounds; round += 1) {
      const output = join(folder, `local-${model.name}-${round}`);
      await runGradline(['run', photos, '--model', model.file, '--output', output, ...settings]);
      const { timings } = runFile.parse(JSON.parse(await readFile(join(output, 'run.json'), 'utf8')));
      local.push(timings.imagesPerSecond);
      const places = ['--model', 's3://photos/model.onnx', '--output', `s3://out/${model.name}-${round}`];
      await runGradline(['enqueue', 's3://photos/val', ...places, ...settings], { environment });
      const worked = await workUntilEmpty([], environment);
      if (worked.images !== images) throw new Error(`The worker's run has ${worked.images} images, not ${images}.`);
      fleet.push(worked.images / worked.seconds);
      delays.push(worked.longestLoopDelay);
    }
  } finally {
    await Promise.all([redis.stop(), s3.stop()]);
  }
  const ratios = fleet.map((rate, round) => rate / (local[round] ?? Number.NaN));
  const ratio: Ratio = { median: median(ratios), middleHalf: [quantile(ratios, 0.25), quantile(ratios, 0.75)] };
  console.log(
    `\nFleet overhead with ${model.name} at ${model.layer}: ${images} photos, an overlay each, ${rounds} rounds`,
  );
  printTable(
    ['', 'images/s', 'to gradline run (middle half)', 'target'],
    [
      ['gradline run, local files', median(local).toFixed(1), '', ''],
      ['one worker, Redis and S3', median(fleet).toFixed(1), ratioText(ratio), `>= ${target}`],
    ],
  );
  console.log(`  The worker's event loop was held up for ${Math.max(...delays)} ms at most (target: 50 ms)`);
}

async function upload(folder: string, bucket: Store): Promise<number> {
  const files = await openStore(folder);
  let count = 0;
  for await (const { key } of files.list()) {
    await bucket.put(`val/${key}`, await files.get(key), 'image/jpeg');
    count += 1;
  }
  await files.close();
  return count;
}
