/** One run of a fleet in which everything fails that can: workers, images, Redis and the bucket. */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Random } from '../../demo/draw/random.ts';
import { connectRedis } from '../../src/shared/ledger/connect-redis.ts';
import { type RunStatus, readStatus } from '../../src/shared/ledger/read-status.ts';
import { openRunLedger, type RedisClient } from '../../src/shared/ledger/run-keys.ts';
import { openStore } from '../../src/shared/store/open-store.ts';
import type { Store } from '../../src/shared/store/store.ts';
import { mapInOrder } from '../../src/shared/threads/map-in-order.ts';
import { gradline, startGradline, tinyProject } from '../cli/gradline.ts';
import { type FaultProxy, startFaultProxy } from '../fleet/fault-proxy.ts';
import { type RedisServer, startRedis } from '../fleet/redis-server.ts';
import { startS3Server } from '../fleet/s3-server.ts';
import { type PlantedImages, plantBadImages, withoutKillingImages } from './planted-images.ts';
import { type CrewCounts, WorkerCrew } from './worker-crew.ts';

export interface ChaosSettings {
  images: number;
  shardSize: number;
  workers: number;
  /** Seconds between two kills, at random between these. */
  killEvery: [least: number, most: number];
  /** Parts of the run, 0 to 1, after which Redis is killed and started again. */
  restartRedisAt: number[];
  /** Share of the bucket's answers that fail. */
  errors: number;
  /** Milliseconds that each answer of the bucket takes longer. */
  latency: number;
  /** `all`, `errors` or `none`. */
  overlays: string;
  seed: string;
  /** Seconds in which it has to end. */
  deadline: number;
}

export interface ChaosResult {
  planted: PlantedImages;
  shards: number;
  status: RunStatus;
  /** Every object but the plan and those that name the run by its key: what the fleet wrote, and what it should have. */
  written: Map<string, string>;
  expected: Map<string, string>;
  runFile: unknown;
  /** Names of the keys that are left in Redis. */
  redisKeys: string[];
  seconds: number;
  crew: CrewCounts;
  faults: FaultProxy['counts'];
  redisRestarts: number;
}

const run = 'chaos';
/** Another worker takes over after two seconds; a random kill hits the same innocent image three times in a row only by a miracle. */
const workerFlags = ['--lock-duration', '2', '--drain-deadline', '10', '--concurrency', '3', '--crash-limit', '3'];

export async function runInChaos(
  programs: { redis: string; s3: string },
  settings: ChaosSettings,
): Promise<ChaosResult> {
  const random = new Random('chaos', settings.seed);
  const project = await tinyProject(settings.images, await mkdtemp(join(tmpdir(), 'gradline-chaos-')));
  const ends: (() => unknown)[] = [() => rm(project, { recursive: true, force: true })];
  try {
    const planted = await plantBadImages(project, random);
    const redisSettings = ['--appendonly', 'yes', '--maxmemory-policy', 'noeviction'];
    const [server, s3] = await Promise.all([startRedis(programs.redis, redisSettings), startS3Server(programs.s3)]);
    ends.unshift(() => Promise.all([server.stop(), s3.stop()]));
    for (const [name, value] of Object.entries(s3.environment)) process.env[name] = value;
    await Promise.all(['photos', 'out'].map((bucket) => s3.createBucket(bucket)));
    await fillBucket(project, planted.keys);
    const expected = join(project, 'expected');
    await runUndisturbed(project, expected, settings);

    const proxy = await startFaultProxy(s3.endpoint, settings.seed, {
      slowDown: settings.errors * 0.4,
      reset: settings.errors * 0.2,
      lost: settings.errors * 0.2,
      truncated: settings.errors * 0.2,
      latency: settings.latency,
    });
    ends.unshift(() => proxy.stop());
    const redis = await connectRedis(server.url, { use: 'worker' });
    ends.unshift(() => redis.disconnect());
    const environment = {
      ...s3.environment,
      AWS_ENDPOINT_URL: proxy.endpoint,
      GRADLINE_REDIS: server.url,
      GRADLINE_TEST_KILLING_IMAGES: JSON.stringify(planted.killing),
    };
    const begin = performance.now();
    const crew = new WorkerCrew(
      settings.workers,
      [...workerFlags, '--model-cache', join(project, 'cache')],
      environment,
    );
    ends.unshift(() => crew.kill());
    const producer = startGradline(enqueueArguments(project, settings), environment).ended;
    const look = watch(redis, crew, settings.deadline);
    const disturbance = new AbortController();
    const disturbed = killWorkers(crew, settings.killEvery, random, disturbance.signal);
    const redisRestarts = await restartRedis(server, look, settings);
    const status = await completed(look);
    disturbance.abort();
    await disturbed;
    const seconds = (performance.now() - begin) / 1000;
    await crew.stop();
    const { code, stderr } = await producer;
    if (code !== 0) throw new Error(`The producer ended with ${code}: ${stderr}`);

    const shards = Math.ceil(settings.images / settings.shardSize);
    await withoutKillingImages(expected, planted.killing, shards);
    const output = await openStore('s3://out/run');
    const result = {
      planted,
      shards,
      status,
      written: await objectsOf(output),
      expected: await objectsOf(await openStore(expected)),
      runFile: JSON.parse((await output.get('run.json')).toString('utf8')),
      redisKeys: (await redis.keys('*')).sort(),
      seconds,
      crew: crew.counts,
      faults: { ...proxy.counts },
      redisRestarts,
    };
    await output.close();
    return result;
  } finally {
    for (const end of ends) await end();
  }
}

async function fillBucket(project: string, keys: readonly string[]): Promise<void> {
  const store = await openStore('s3://photos');
  const files = async function* () {
    yield* [
      ...keys.map((key) => ({ from: `photos/${key}`, to: `val/${key}` })),
      { from: 'model.onnx', to: 'model.onnx' },
    ];
  };
  const puts = mapInOrder(files(), 16, async ({ from, to }) => {
    await store.put(to, await readFile(join(project, from)), 'application/octet-stream');
  });
  for await (const _ of puts);
  await store.close();
}

function settingsOf({ shardSize, overlays }: ChaosSettings): string[] {
  return ['--preprocess', 'none', '--labels', 'folder', '--shard-size', String(shardSize), '--overlays', overlays];
}

async function runUndisturbed(project: string, output: string, settings: ChaosSettings): Promise<void> {
  const places = [
    '--model',
    join(project, 'model.onnx'),
    '--classes',
    join(project, 'classes.txt'),
    '--output',
    output,
  ];
  const { code, stderr } = await gradline(['run', join(project, 'photos'), ...places, ...settingsOf(settings)]);
  if (code !== 0 && code !== 1) throw new Error(`gradline run ended with ${code}: ${stderr}`);
}

function enqueueArguments(project: string, settings: ChaosSettings): string[] {
  const places = ['--model', 's3://photos/model.onnx', '--classes', join(project, 'classes.txt')];
  // A few shards wait at a time, so that the producer is at work through all of it.
  const fleet = ['--output', 's3://out/run', '--run', run, '--high-watermark', '10'];
  return ['enqueue', 's3://photos/val', ...places, ...fleet, ...settingsOf(settings)];
}

async function killWorkers(
  crew: WorkerCrew,
  [least, most]: [number, number],
  random: Random,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await wait(random.between(least, most) * 1000, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) crew.killOne(random);
  }
}

type Look = (reached: (status: RunStatus) => boolean) => Promise<RunStatus>;

/** Kills Redis, as a crash does, when so much of the run is done, and starts it again a second later. */
async function restartRedis(server: RedisServer, look: Look, settings: ChaosSettings): Promise<number> {
  for (const part of settings.restartRedisAt) {
    await look(({ done, quarantined }) => done + quarantined >= part * settings.images);
    await server.kill();
    await wait(1_000);
    await server.start();
  }
  return settings.restartRedisAt.length;
}

async function completed(look: Look): Promise<RunStatus> {
  const status = await look(({ state }) => state === 'complete');
  if (status.state !== 'complete') throw new Error(`The run is ${status.state}: ${JSON.stringify(status.reason)}`);
  return status;
}

/** Waits until the run has come so far, or has ended. @throws Error when a worker gives up, or at the deadline */
function watch(redis: RedisClient, crew: WorkerCrew, deadline: number): Look {
  const end = performance.now() + deadline * 1000;
  return async (reached) => {
    for (;;) {
      const status = await readStatus(openRunLedger(redis, run), 200);
      if (status !== null && (reached(status) || ['complete', 'failed'].includes(status.state))) return status;
      if (crew.failure !== null) throw new Error(crew.failure);
      if (performance.now() > end) {
        const { latestFailures: _, workers: __, ...where } = status ?? { latestFailures: [], workers: [] };
        throw new Error(`The run has not ended after ${deadline} s: ${JSON.stringify(where)}`);
      }
      await wait(100);
    }
  };
}

/** They name the run and where its model and images are. */
const namesOfRun = ['run.json', 'report/findings.json', 'report/data/report.js'];

async function objectsOf(store: Store): Promise<Map<string, string>> {
  const objects = new Map<string, string>();
  const keys: string[] = [];
  for await (const { key } of store.list()) {
    if (!namesOfRun.includes(key) && !key.startsWith('plan/')) keys.push(key);
  }
  const read = mapInOrder(each(keys), 16, async (key) => [key, (await store.get(key)).toString('base64')] as const);
  for await (const [key, body] of read) objects.set(key, body);
  return objects;
}

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}
