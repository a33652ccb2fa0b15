/** How the fleet's rate grows with its workers on one Redis, where the model takes none of this machine's processors. */

import { link, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import sharp from 'sharp';
import { enqueueRun } from '../../src/producer/enqueue.ts';
import { connectRedis } from '../../src/shared/ledger/connect-redis.ts';
import { openRunLedger, type RedisClient } from '../../src/shared/ledger/run-keys.ts';
import { readConfiguration } from '../../src/shared/run/read-configuration.ts';
import { printTable } from '../table.ts';
import { benchRedis, callsBetween, commandCalls } from './servers.ts';
import { waitingSide } from './waiting-inference.ts';
import type { WaitingWorkerNews, WaitingWorkerOrder } from './waiting-worker.ts';

export interface ScalingSettings {
  /** Numbers of workers to measure. */
  workers: number[];
  /** Milliseconds that a batch takes. */
  latency: number;
  batchSize: number;
  shardSize: number;
  folder: string;
}

interface Scale {
  workers: number;
  imagesPerSecond: number;
  commandsPerShard: number;
  scriptsPerShard: number;
  longestLoopDelay: number;
  frequent: string;
}

/** Shards for each worker: in all, before measuring begins, and when it ends. All workers are at work for all of that time. */
const shardsEach = { all: 30, from: 6, to: 24 };
const threadFile = new URL('./waiting-worker.js', import.meta.url);

export async function compareScales(settings: ScalingSettings): Promise<void> {
  const { latency, batchSize, shardSize } = settings;
  console.log(
    `\nScaling: each worker is a thread with a whole worker in it; a batch of ${batchSize} takes ${latency} ms of waiting; ` +
      `${shardSize} images a shard, so that Redis has as much to do for few images as otherwise for many; no pictures`,
  );
  const scales: Scale[] = [];
  for (const workers of settings.workers) scales.push(await measureScale(workers, settings));
  const [first] = scales;
  if (first === undefined) return;
  const linear = first.imagesPerSecond / first.workers;
  printTable(
    [
      'workers',
      'images/s',
      'of linear',
      'target',
      'of the wait alone',
      'Redis commands/shard',
      '/image at 64 a shard',
      'longest loop delay',
    ],
    scales.map(({ workers, imagesPerSecond, commandsPerShard, longestLoopDelay }) => [
      String(workers),
      imagesPerSecond.toFixed(1),
      (imagesPerSecond / workers / linear).toFixed(3),
      '>= 0.9',
      (imagesPerSecond / workers / ((1000 * batchSize) / latency)).toFixed(3),
      commandsPerShard.toFixed(1),
      (commandsPerShard / 64).toFixed(2),
      `${longestLoopDelay} ms`,
    ]),
  );
  for (const { workers, scriptsPerShard, frequent } of scales) {
    console.log(`  ${workers}: ${scriptsPerShard.toFixed(1)} scripts a shard; most frequent, a shard: ${frequent}`);
  }
}

async function measureScale(workers: number, settings: ScalingSettings): Promise<Scale> {
  const { latency, batchSize, shardSize, folder } = settings;
  const place = join(folder, `scale-${workers}`);
  const images = workers * shardsEach.all * shardSize;
  await drawImages(images, join(place, 'images'));
  await writeFile(join(place, 'model.onnx'), 'stands for a model');
  const server = await benchRedis();
  const redis = await connectRedis(server.url, { use: 'command' });
  const crew = Array.from({ length: workers }, (_, i) =>
    startWorker({ redis: server.url, name: `worker-${i}`, latency, modelCache: join(place, 'cache') }),
  );
  try {
    await Promise.all(crew.map(({ ready }) => ready));
    const configuration = await readConfiguration({
      input: join(place, 'images'),
      model: join(place, 'model.onnx'),
      output: join(place, 'out'),
      'shard-size': String(shardSize),
      'batch-size': String(batchSize),
      preprocess: 'none',
      overlays: 'none',
    });
    const events = {
      onStart: () => undefined,
      onNotice: () => undefined,
      onWarning: console.log,
      onProgress: () => undefined,
    };
    const options = { run: 'scaling', highWatermark: null, lowWatermark: null };
    await enqueueRun(configuration, redis, options, events, new AbortController().signal);

    const begin = await settled(redis, workers * shardsEach.from);
    const callsBefore = await commandCalls(redis);
    const end = await settled(redis, workers * shardsEach.to);
    const calls = withoutLooks(callsBetween(callsBefore, await commandCalls(redis)), end.looks);
    const measured = end.shards - begin.shards;
    const all = calls.reduce((sum, [, count]) => sum + count, 0);
    const ends = await Promise.all(crew.map(({ stop }) => stop()));
    return {
      workers,
      imagesPerSecond: (1000 * measured * shardSize) / (end.time - begin.time),
      commandsPerShard: all / measured,
      scriptsPerShard: (new Map(calls).get('evalsha') ?? 0) / measured,
      longestLoopDelay: Math.max(...ends),
      frequent: calls
        .slice(0, 10)
        .map(([name, count]) => `${name} ${(count / measured).toFixed(2)}`)
        .join(', '),
    };
  } finally {
    await Promise.all(crew.map(({ thread }) => thread.terminate()));
    redis.disconnect();
    await server.stop();
  }
}

/** Calls without those of this measurement itself. */
function withoutLooks(calls: [string, number][], looks: number): [string, number][] {
  return calls
    .filter(([name]) => name !== 'info')
    .map(([name, count]): [string, number] => [name, name === 'hget' ? count - looks : count])
    .sort(([, a], [, b]) => b - a);
}

/** One picture, as often as needed by links: reading and decoding it is little work. */
async function drawImages(count: number, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const first = join(folder, '000000.png');
  const pixels = { width: waitingSide, height: waitingSide, channels: 3 as const, background: 'teal' };
  await sharp({ create: pixels }).png().toFile(first);
  for (let i = 1; i < count; i += 1) await link(first, join(folder, `${String(i).padStart(6, '0')}.png`));
}

/** Waits until at least so many shards are settled. */
async function settled(redis: RedisClient, shards: number): Promise<{ shards: number; time: number; looks: number }> {
  const { key } = openRunLedger(redis, 'scaling');
  for (let looks = 1; ; looks += 1) {
    const now = Number(await redis.hget(key('run'), 'settled'));
    if (now >= shards) return { shards: now, time: performance.now(), looks };
    await wait(10);
  }
}

function startWorker(order: WaitingWorkerOrder) {
  const thread = new Worker(threadFile, { workerData: order });
  const ready = new Promise<void>((resolve, reject) => {
    thread.on('message', (news: WaitingWorkerNews) => {
      if (news.type === 'ready') resolve();
      else if (news.type === 'warning') console.log(`  ${order.name}: ${news.message}`);
    });
    thread.once('error', reject);
  });
  /** @returns the longest delay of its event loop, in milliseconds */
  const stop = () =>
    new Promise<number>((resolve, reject) => {
      thread.on('message', (news: WaitingWorkerNews) => news.type === 'ended' && resolve(news.longestLoopDelay));
      thread.once('error', reject);
      thread.postMessage('stop');
    });
  return { thread, ready, stop };
}
