/** What the producer's tests share: a list of images, a start of a producer, and what it left behind. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type EnqueueEvents,
  type EnqueueOptions,
  type EnqueueSummary,
  enqueueRun,
} from '../../src/producer/enqueue.ts';
import { connectRedis } from '../../src/shared/ledger/connect-redis.ts';
import type { RedisClient } from '../../src/shared/ledger/run-keys.ts';
import { openShardQueue } from '../../src/shared/queue/shard-queue.ts';
import { planPartKey, readManifest } from '../../src/shared/run/plan-files.ts';
import { readConfiguration } from '../../src/shared/run/read-configuration.ts';
import { openStore } from '../../src/shared/store/open-store.ts';

/** Writes a list of `count` images and a file that stands for the model into `folder`. */
export async function writeProject(folder: string, count: number): Promise<void> {
  await writeFile(join(folder, 'model.onnx'), 'not a model: enqueueing needs its digest only');
  await writeList(folder, listedKeys(count));
}

export async function writeList(folder: string, keys: string[]): Promise<void> {
  const rows = keys.map((key, index) => `${key},${index % 10}`);
  await writeFile(join(folder, 'list.csv'), `key,label\n${rows.join('\n')}\n`);
}

export function listedKeys(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `images/${String(i * 7919).padStart(9, '0')}.jpg`);
}

export interface Production extends Partial<EnqueueOptions> {
  settings?: Record<string, unknown>;
  events?: Partial<EnqueueEvents>;
  signal?: AbortSignal;
}

/** Starts a producer for the list in `folder`, into `out` beside it. */
export async function produce(
  redis: RedisClient,
  folder: string,
  production: Production = {},
): Promise<EnqueueSummary> {
  const { settings, events, signal, ...options } = production;
  const configuration = await readConfiguration({
    input: join(folder, 'list.csv'),
    model: join(folder, 'model.onnx'),
    output: join(folder, 'out'),
    'shard-size': 4,
    ...settings,
  });
  return enqueueRun(
    configuration,
    redis,
    { run: null, highWatermark: 100_000, lowWatermark: null, interval: 10, lease: 1_000, ...options },
    { onStart: () => {}, onNotice: () => {}, onWarning: () => {}, onProgress: () => {}, ...events },
    signal ?? new AbortController().signal,
  );
}

export async function connect(url: string): Promise<RedisClient> {
  return connectRedis(url, { use: 'command' });
}

/** The lines of all parts of a plan, and how many each part has. */
export async function readPlan(location: string): Promise<{ lines: string[]; parts: number[] }> {
  const output = await openStore(location);
  const manifest = await readManifest(output);
  const lines: string[] = [];
  const parts: number[] = [];
  for (let part = 0; part < (manifest?.parts ?? 0); part += 1) {
    const own = (await output.get(planPartKey(part))).toString('utf8').split('\n').slice(0, -1);
    lines.push(...own);
    parts.push(own.length);
  }
  await output.close();
  return { lines, parts };
}

export async function plannedKeys(location: string): Promise<string[]> {
  return (await readPlan(location)).lines.map((line) => JSON.parse(line).key);
}

/** Ids of the waiting jobs, sorted by shard. */
export async function waitingShards(redis: RedisClient): Promise<{ ids: string[]; shards: number[] }> {
  const queue = openShardQueue(redis);
  const jobs = await queue.getWaiting();
  await queue.close();
  jobs.sort((a, b) => a.data.shard - b.data.shard);
  return { ids: jobs.map(({ id }) => id ?? ''), shards: jobs.map(({ data }) => data.shard) };
}

export function range(end: number): number[] {
  return Array.from({ length: end }, (_, i) => i);
}
