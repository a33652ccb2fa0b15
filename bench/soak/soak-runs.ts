/** Run after run through a bucket, each with every image once. */

import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { readStatus } from '../../src/shared/ledger/read-status.ts';
import { openRunLedger, type RedisClient } from '../../src/shared/ledger/run-keys.ts';
import { openStore } from '../../src/shared/store/open-store.ts';
import { runGradline } from '../run-gradline.ts';

const record = z.object({ key: z.string(), status: z.string() });

/** Puts so many pictures of a folder, over and over again, and the model into the bucket `soak`. */
export async function fillBucket(folder: string, model: string, images: number): Promise<void> {
  const [files, bucket] = await Promise.all([openStore(folder), openStore('s3://soak')]);
  const photos: Buffer[] = [];
  for await (const { key } of files.list()) photos.push(await files.get(key));
  for (let number = 0; number < images; number += 1) {
    const photo = photos[number % photos.length];
    if (photo !== undefined) await bucket.put(`val/${String(number).padStart(5, '0')}.jpg`, photo, 'image/jpeg');
  }
  await bucket.put('model.onnx', await readFile(model), 'application/octet-stream');
  await Promise.all([files.close(), bucket.close()]);
}

/**
 * Enqueues a run, waits for its end, counts its records and removes its output, so that the disk does not fill.
 * @throws Error when it ends otherwise than complete, with another number of images, or with one of them twice
 */
export async function oneRun(
  redis: RedisClient,
  run: string,
  images: number,
  environment: Record<string, string>,
): Promise<void> {
  const places = ['s3://soak/val', '--model', 's3://soak/model.onnx', '--output', `s3://soak/runs/${run}`];
  const settings = ['--layers', 'last', '--overlays', 'all', '--shard-size', '16', '--quiet'];
  await runGradline(['enqueue', ...places, '--run', run, ...settings], { environment });
  for (;;) {
    const status = await readStatus(openRunLedger(redis, run));
    if (status?.state === 'complete') break;
    if (status === null || ['failed', 'cancelled'].includes(status.state)) {
      throw new Error(`Run ${run} is ${status?.state ?? 'gone'}: ${JSON.stringify(status?.reason)}`);
    }
    await wait(500);
  }
  const output = await openStore(`s3://soak/runs/${run}`);
  const keys: string[] = [];
  const objects: string[] = [];
  for await (const { key } of output.list()) objects.push(key);
  for (const object of objects) {
    if (object.startsWith('scores/part-')) keys.push(...doneKeys((await output.get(object)).toString('utf8')));
    await output.delete(object);
  }
  await output.close();
  if (keys.length !== images || new Set(keys).size !== images) {
    throw new Error(`Run ${run} has ${keys.length} records of ${new Set(keys).size} explained images, not ${images}.`);
  }
}

function doneKeys(lines: string): string[] {
  return lines
    .trimEnd()
    .split('\n')
    .map((line) => record.parse(JSON.parse(line)))
    .filter(({ status }) => status === 'done')
    .map(({ key }) => key);
}
