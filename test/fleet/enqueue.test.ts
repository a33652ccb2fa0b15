import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'bullmq';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startShard } from '../../src/shared/ledger/attempts.ts';
import { connectRedis } from '../../src/shared/ledger/connect-redis.ts';
import { readStatus } from '../../src/shared/ledger/read-status.ts';
import { openRunLedger, type RedisClient, runRegistryKey } from '../../src/shared/ledger/run-keys.ts';
import { cancelRun, pauseRun, resumeRun } from '../../src/shared/ledger/run-state.ts';
import { commitShard } from '../../src/shared/ledger/settle-shard.ts';
import { openShardQueue, shardQueueName, shardQueuePrefix } from '../../src/shared/queue/shard-queue.ts';
import { PlanReader, readManifest } from '../../src/shared/run/plan-files.ts';
import { openStore } from '../../src/shared/store/open-store.ts';
import { temporaryFolder, writeFiles } from '../shared/temporary-folder.ts';
import {
  connect,
  listedKeys,
  plannedKeys,
  produce,
  range,
  readPlan,
  waitingShards,
  writeList,
  writeProject,
} from './producing.ts';
import { type RedisServer, redisServerProgram, startRedis } from './redis-server.ts';

const program = await redisServerProgram();

describe.skipIf(program === null)('enqueueing a list', () => {
  let server: RedisServer;
  let redis: RedisClient;
  let folder: string;

  beforeAll(async () => {
    server = await startRedis(program ?? '');
    redis = await connect(server.url);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });
  beforeEach(async () => {
    await redis.flushall();
    folder = await temporaryFolder();
  });

  test('writes the plan, then enqueues its shards by number', async () => {
    await writeProject(folder, 2_500);
    const summary = await produce(redis, folder, { run: 'first' });
    expect(summary).toMatchObject({ run: 'first', state: 'enqueued', images: 2_500, shards: 625, labelled: 2_500 });
    const { lines, parts } = await readPlan(join(folder, 'out'));
    expect(lines).toEqual(listedKeys(2_500).map((key, i) => JSON.stringify({ key, label: i % 10 })));
    expect(parts).toEqual([1024, 1024, 452]);
    expect(await waitingShards(redis)).toEqual({ ids: range(625).map((n) => `first.${n}`), shards: range(625) });
    expect(await readStatus(openRunLedger(redis, 'first'))).toMatchObject({
      state: 'running',
      expected: 2_500,
      shards: 625,
      cursor: 625,
      backlog: 625,
      output: join(folder, 'out'),
    });
    const file = JSON.parse(await readFile(join(folder, 'out/run.json'), 'utf8'));
    expect(file).toMatchObject({ run: 'first', state: 'running', counts: { images: 2_500, done: 0 } });
    expect(file.configuration.input).toBe(join(folder, 'list.csv'));
    expect(file.digests.model).toMatch(/^[0-9a-f]{64}$/);
  });

  test('gives each shard its images', async () => {
    await writeProject(folder, 1_030);
    await produce(redis, folder);
    const output = await openStore(join(folder, 'out'));
    const reader = new PlanReader(output, 4);
    const keys = listedKeys(1_030);
    const imagesOf = async (shard: number) => (await reader.readShard(shard)).images.map(({ key }) => key);
    expect(await imagesOf(0)).toEqual(keys.slice(0, 4));
    expect(await imagesOf(256)).toEqual(keys.slice(1_024, 1_028));
    expect(await imagesOf(257)).toEqual(keys.slice(1_028));
    expect(await imagesOf(255)).toEqual(keys.slice(1_020, 1_024));
    await expect(reader.readShard(258)).rejects.toMatchObject({ code: 'damaged-output' });
    await expect(reader.readShard(999)).rejects.toMatchObject({ code: 'not-found' });
  });

  test('again does nothing, and says how the run is', async () => {
    await writeProject(folder, 100);
    const first = await produce(redis, folder);
    const before = await readFile(join(folder, 'out/run.json'), 'utf8');
    const again = await produce(redis, folder);
    expect(again).toMatchObject({ run: first.run, state: 'enqueued', images: 100, shards: 25 });
    expect((await waitingShards(redis)).shards).toEqual(range(25));
    expect(await readFile(join(folder, 'out/run.json'), 'utf8')).toBe(before);
  });

  test('keeps to the watermarks while workers take shards, and reaches the end', async () => {
    await writeProject(folder, 1_200);
    const ledger = openRunLedger(redis, 'flow');
    const connection = await connectRedis(server.url, { use: 'worker' });
    const taken: number[] = [];
    let mostWaiting = 0;
    let fewestAtRefill = Number.POSITIVE_INFINITY;
    const queue = openShardQueue(redis);
    const worker = new Worker<{ run: string; shard: number }>(
      shardQueueName,
      async ({ data, token = '' }) => {
        mostWaiting = Math.max(mostWaiting, await queue.getWaitingCount());
        await startShard(ledger, data.shard, token, 'w');
        const outcomes = range(4).map((i) => ({ status: 'done' as const, key: String(i) }));
        await commitShard(ledger, data.shard, outcomes, 'w');
        taken.push(data.shard);
      },
      { connection, prefix: shardQueuePrefix, concurrency: 3 },
    );
    let latest = 0;
    const summary = await produce(redis, folder, {
      run: 'flow',
      highWatermark: 40,
      lowWatermark: 10,
      events: {
        onProgress: ({ enqueued, backlog }) => {
          expect(backlog).toBeLessThanOrEqual(40);
          if (enqueued > latest && latest > 0) fewestAtRefill = Math.min(fewestAtRefill, backlog);
          latest = enqueued;
        },
      },
    });
    expect(summary.state).toBe('enqueued');
    await expect.poll(() => taken.length).toBe(300);
    await worker.close();
    connection.disconnect();
    await queue.close();
    expect(mostWaiting).toBeLessThanOrEqual(40);
    expect([...taken].sort((a, b) => a - b)).toEqual(range(300));
    expect(await readStatus(ledger)).toMatchObject({ done: 1_200, expected: 1_200, settledShards: 300, backlog: 0 });
  });

  test('does not begin to refill before the low watermark', async () => {
    await writeProject(folder, 400);
    const ledger = openRunLedger(redis, 'low');
    const stop = new AbortController();
    const seen: number[] = [];
    const running = produce(redis, folder, {
      run: 'low',
      highWatermark: 20,
      lowWatermark: 5,
      signal: stop.signal,
      events: { onProgress: ({ enqueued }) => seen.push(enqueued) },
    });
    await expect.poll(() => seen.at(-1)).toBe(20);
    const settle = async (shard: number) => {
      const outcomes = range(4).map((i) => ({ status: 'done' as const, key: String(i) }));
      await commitShard(ledger, shard, outcomes, 'w');
    };
    for (const shard of range(14)) await settle(shard);
    const looks = seen.length;
    await expect.poll(() => seen.length).toBeGreaterThan(looks + 3);
    expect(seen.at(-1)).toBe(20);
    await settle(14);
    await expect.poll(() => seen.at(-1)).toBe(35);
    stop.abort();
    expect((await running).state).toBe('interrupted');
  });

  test('stops when asked, and the same call goes on', async () => {
    await writeProject(folder, 2_100);
    const stop = new AbortController();
    const stopped = await produce(redis, folder, {
      highWatermark: 100,
      signal: stop.signal,
      events: { onProgress: ({ enqueued }) => enqueued === 100 && stop.abort() },
    });
    expect(stopped.state).toBe('interrupted');
    expect((await waitingShards(redis)).shards).toEqual(range(100));
    const resumed: boolean[] = [];
    const rest = await produce(redis, folder, { events: { onStart: (_, value) => resumed.push(value) } });
    expect(rest).toMatchObject({ run: stopped.run, state: 'enqueued', shards: 525 });
    expect(resumed).toEqual([true]);
    expect((await waitingShards(redis)).shards).toEqual(range(525));
  });

  test('is refused while another producer is at work on the output', async () => {
    await writeProject(folder, 400);
    const stop = new AbortController();
    let enqueued = 0;
    const first = produce(redis, folder, {
      highWatermark: 10,
      signal: stop.signal,
      events: {
        onProgress: (progress) => {
          enqueued = progress.enqueued;
        },
      },
    });
    await expect.poll(() => enqueued).toBe(10);
    const other = await connect(server.url);
    await expect(produce(other, folder)).rejects.toMatchObject({ code: 'producer-at-work' });
    other.disconnect();
    expect((await waitingShards(redis)).shards).toEqual(range(10));
    stop.abort();
    await first;
  });

  test('ends with a run that is cancelled meanwhile', async () => {
    await writeProject(folder, 400);
    const ledger = openRunLedger(redis, 'off');
    const summary = await produce(redis, folder, {
      run: 'off',
      highWatermark: 10,
      events: { onProgress: ({ enqueued }) => void (enqueued === 10 && cancelRun(ledger)) },
    });
    expect(summary.state).toBe('cancelled');
  });

  test('waits while the run is paused', async () => {
    await writeProject(folder, 400);
    const ledger = openRunLedger(redis, 'rest');
    const stop = new AbortController();
    await produce(redis, folder, {
      run: 'rest',
      highWatermark: 10,
      signal: stop.signal,
      events: { onProgress: ({ enqueued }) => enqueued === 10 && stop.abort() },
    });
    await pauseRun(ledger);
    let looks = 0;
    const running = produce(redis, folder, {
      events: {
        onProgress: () => {
          looks += 1;
        },
      },
    });
    await expect.poll(() => looks).toBeGreaterThan(4);
    expect((await waitingShards(redis)).shards).toEqual(range(10));
    await resumeRun(ledger);
    await running;
    expect((await waitingShards(redis)).shards).toEqual(range(100));
  });

  test('that names no images leaves nothing behind', async () => {
    await writeProject(folder, 10);
    await writeFile(join(folder, 'list.csv'), 'key,label\n');
    await expect(produce(redis, folder)).rejects.toMatchObject({ code: 'no-images' });
    await writeList(folder, ['a.jpg']);
    await expect(produce(redis, folder, { settings: { include: '*.png' } })).rejects.toThrow(/leave out 1 image\./);
    const output = await openStore(join(folder, 'out'));
    expect(await output.exists('run.json')).toBe(false);
    expect(await readManifest(output)).toBeNull();
    expect(await redis.keys('*')).toEqual([]);
  });

  test('that fails before its first shard leaves the output to the corrected command', async () => {
    await writeProject(folder, 10);
    await writeFile(join(folder, 'list.csv'), 'key,label\na.jpg,1\nb.jpg,owl\n');
    await expect(produce(redis, folder)).rejects.toMatchObject({ code: 'unknown-class' });
    const output = await openStore(join(folder, 'out'));
    expect(await output.exists('run.json')).toBe(false);
    expect(await redis.zcard(runRegistryKey)).toBe(0);
    await writeList(folder, listedKeys(10));
    const corrected = await produce(redis, folder, { settings: { 'shard-size': 8 } });
    expect(corrected).toMatchObject({ images: 10, shards: 2 });
  });

  test('goes on with other settings where an earlier start was killed before its first shard', async () => {
    await writeProject(folder, 10);
    const { run } = await produce(redis, folder, { run: 'killed' });
    await rm(join(folder, 'out/plan'), { recursive: true });
    const file = JSON.parse(await readFile(join(folder, 'out/run.json'), 'utf8'));
    await writeFiles(folder, { 'out/run.json': JSON.stringify({ ...file, state: 'planning' }) });
    const again = await produce(redis, folder, { settings: { 'shard-size': 8 } });
    expect(again).toMatchObject({ images: 10, shards: 2 });
    expect(again.run).not.toBe(run);
  });

  test('draws the same sample on a second start, even when the list changed', async () => {
    await writeProject(folder, 5_000);
    const settings = { sample: 1_500, seed: 7 };
    const stop = new AbortController();
    await produce(redis, folder, {
      settings,
      highWatermark: 10,
      signal: stop.signal,
      events: { onProgress: ({ enqueued }) => enqueued === 10 && stop.abort() },
    });
    await writeList(folder, listedKeys(4_000));
    const summary = await produce(redis, folder, { settings });
    expect(summary).toMatchObject({ images: 1_500, shards: 375 });
    const keys = await plannedKeys(join(folder, 'out'));
    expect(new Set(keys).size).toBe(1_500);
    expect([...keys].sort()).toEqual(keys);
  });

  test('refuses what would mix two runs', async () => {
    await writeProject(folder, 3_000);
    const stop = new AbortController();
    const { run } = await produce(redis, folder, {
      highWatermark: 300,
      signal: stop.signal,
      events: { onProgress: ({ enqueued }) => enqueued === 300 && stop.abort() },
    });
    await expect(produce(redis, folder, { run: 'other' })).rejects.toMatchObject({
      code: 'output-not-empty',
      message: expect.stringContaining(`--run ${run}`),
    });
    await expect(produce(redis, folder, { settings: { 'shard-size': 8 } })).rejects.toMatchObject({
      code: 'run-differs',
    });
    await expect(produce(redis, folder, { settings: { limit: 9 } })).rejects.toMatchObject({ code: 'run-differs' });
    await writeFile(join(folder, 'model.onnx'), 'another');
    await expect(produce(redis, folder)).rejects.toThrow(/the content of the model file/);
  });

  test('refuses an output of gradline run, and one whose run Redis has lost', async () => {
    await writeProject(folder, 100);
    await produce(redis, folder, { run: 'lost' });
    await redis.flushall();
    await expect(produce(redis, folder)).rejects.toMatchObject({ code: 'ledger-lost' });
    const file = JSON.parse(await readFile(join(folder, 'out/run.json'), 'utf8'));
    await writeFiles(folder, { 'local/run.json': JSON.stringify({ ...file, run: 'local', state: 'complete' }) });
    await expect(produce(redis, folder, { settings: { output: join(folder, 'local') } })).rejects.toMatchObject({
      code: 'output-not-empty',
    });
  });

  test('names flags that cannot be', async () => {
    await writeProject(folder, 10);
    await expect(produce(redis, folder, { highWatermark: 5, lowWatermark: 5 })).rejects.toMatchObject({
      code: 'bad-setting',
    });
    await expect(produce(redis, folder, { run: 'a b' })).rejects.toMatchObject({ code: 'bad-run-id' });
    await expect(produce(redis, folder, { settings: { model: join(folder, 'none.onnx') } })).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});

describe.skipIf(program === null)('a folder', () => {
  test('is planned up to the limit, also over two starts', async () => {
    const server = await startRedis(program ?? '');
    const redis = await connect(server.url);
    try {
      const folder = await temporaryFolder();
      await writeProject(folder, 1);
      const keys = range(900).map((i) => `${String(i).padStart(4, '0')}.jpg`);
      await writeFiles(join(folder, 'photos'), Object.fromEntries(keys.map((key) => [key, ''])));
      const settings = { input: join(folder, 'photos'), 'shard-size': 1, limit: 700 };
      await stopAfterFirstPart(redis, folder, { settings }, 256);
      expect(await produce(redis, folder, { settings })).toMatchObject({ state: 'enqueued', images: 700, shards: 700 });
      expect(await plannedKeys(join(folder, 'out'))).toEqual(keys.slice(0, 700));
    } finally {
      redis.disconnect();
      await server.stop();
    }
  });
});

describe.skipIf(program === null)('a list that changes between two starts', () => {
  test('is refused when it names other images than those that are planned', async () => {
    const server = await startRedis(program ?? '');
    const redis = await connect(server.url);
    try {
      for (const [name, changed] of [
        ['other', ['x.jpg', ...listedKeys(3_000).slice(1)]],
        ['shorter', listedKeys(500)],
      ] as const) {
        const folder = await temporaryFolder();
        await writeProject(folder, 3_000);
        await stopAfterFirstPart(redis, folder);
        await writeList(folder, [...changed]);
        await expect(produce(redis, folder), name).rejects.toMatchObject({ code: 'input-changed' });
        await writeList(folder, listedKeys(3_000));
        expect(await produce(redis, folder), name).toMatchObject({ state: 'enqueued', images: 3_000 });
        expect(await plannedKeys(join(folder, 'out'))).toEqual(listedKeys(3_000));
      }
    } finally {
      redis.disconnect();
      await server.stop();
    }
  });
});

/** Leaves a plan of one part: a producer that cannot write the second one. */
async function stopAfterFirstPart(
  redis: RedisClient,
  folder: string,
  production: Parameters<typeof produce>[2] = {},
  images = 1_024,
): Promise<void> {
  const blocked = join(folder, 'out/plan/part-00001.jsonl');
  await writeFiles(blocked, { 'in-the-way': '' });
  await expect(produce(redis, folder, production)).rejects.toMatchObject({ name: 'StoreError' });
  await rm(blocked, { recursive: true });
  expect((await readPlan(join(folder, 'out'))).parts).toEqual([images]);
}
