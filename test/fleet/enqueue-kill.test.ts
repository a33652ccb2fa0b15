import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readStatus } from '../../src/shared/ledger/read-status.ts';
import { openRunLedger } from '../../src/shared/ledger/run-keys.ts';
import { cancelRun } from '../../src/shared/ledger/run-state.ts';
import { forgetRun } from '../../src/shared/ledger/runs.ts';
import { commitShard } from '../../src/shared/ledger/settle-shard.ts';
import { gradline, startGradline } from '../cli/gradline.ts';
import { writeTinyModel } from '../cli/tiny-model.ts';
import { temporaryFolder, writeFiles } from '../shared/temporary-folder.ts';
import { connect, listedKeys, range, readPlan, waitingShards, writeProject } from './producing.ts';
import { type RedisServer, redisServerProgram, startRedis } from './redis-server.ts';

const program = await redisServerProgram();
const images = 30_000;
const shards = images / 2;

describe.skipIf(program === null)('gradline enqueue', () => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await startRedis(program ?? '');
  });
  afterAll(() => server.stop());

  const commandFor = (folder: string, database: number, ...more: string[]) => [
    ...['enqueue', join(folder, 'list.csv'), '--model', join(folder, 'model.onnx'), '--output', join(folder, 'out')],
    ...['--redis', `${server.url}/${database}`, '--run', 'night', '--shard-size', '2', '--no-preflight', ...more],
  ];

  /** All that is in the plan and the queue of a run. */
  async function stateOf(folder: string, database: number) {
    const redis = await connect(`${server.url}/${database}`);
    const plan = await readPlan(join(folder, 'out'));
    const waiting = await waitingShards(redis);
    const status = await readStatus(openRunLedger(redis, 'night'));
    const manifest = await readFile(join(folder, 'out/plan/manifest.json'), 'utf8');
    redis.disconnect();
    return { plan, waiting, manifest, cursor: status?.cursor, expected: status?.expected, state: status?.state };
  }

  test('killed at any moment goes on with the same command to the same plan and queue', {
    timeout: 240_000,
  }, async () => {
    const [undisturbed, killed] = [await temporaryFolder(), await temporaryFolder()];
    await Promise.all([writeProject(undisturbed, images), writeProject(killed, images)]);
    expect(await gradline(commandFor(undisturbed, 1, '--high-watermark', '100000'))).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`${images} images in ${shards} shards enqueued`),
    });
    const redis = await connect(`${server.url}/2`);
    const ledger = openRunLedger(redis, 'night');
    /** Steps that are behind it: parts of the plan, and rounds of enqueueing. */
    const progress = async () => {
      const parts = await readdir(join(killed, 'out/plan')).catch(() => []);
      return parts.length + Math.ceil(((await readStatus(ledger, 0))?.cursor ?? 0) / 1024);
    };
    const kills: number[] = [];
    for (let next = 0; next < 60; next += 1 + Math.floor(Math.random() * 14)) {
      const { child, ended } = startGradline(commandFor(killed, 2, '--high-watermark', '100000'));
      while ((await progress()) < next && child.exitCode === null) await wait(1);
      await wait(Math.random() * 20);
      child.kill('SIGKILL');
      if ((await ended).code === null) kills.push(await progress());
      next = Math.max(next, await progress());
    }
    redis.disconnect();
    const moments = `killed at ${kills.join(', ')}`;
    expect(kills.length, moments).toBeGreaterThan(3);
    const last = await gradline(commandFor(killed, 2, '--high-watermark', '100000'));
    expect(last, moments).toMatchObject({ code: 0 });
    const [expected, found] = [await stateOf(undisturbed, 1), await stateOf(killed, 2)];
    expect(expected.waiting.shards).toEqual(range(shards));
    expect(expected.plan.lines.map((line) => JSON.parse(line).key)).toEqual(listedKeys(images));
    expect(found, moments).toEqual(expected);
  });

  test('killed while it waits for workers goes on behind what it enqueued', async () => {
    const folder = await temporaryFolder();
    await writeProject(folder, 400);
    const redis = await connect(`${server.url}/3`);
    const ledger = openRunLedger(redis, 'night');
    for (const end of [20, 50, 80]) {
      const { child, ended } = startGradline(commandFor(folder, 3, '--high-watermark', '30', '--low-watermark', '29'));
      await expect
        .poll(async () => (await readStatus(ledger))?.cursor ?? 0, { timeout: 20_000 })
        .toBeGreaterThanOrEqual(end);
      child.kill('SIGKILL');
      await ended;
      for (const shard of range(end)) {
        const outcomes = range(2).map((i) => ({ status: 'done' as const, key: String(i) }));
        await commitShard(ledger, shard, outcomes, 'w');
      }
    }
    expect(await gradline(commandFor(folder, 3))).toMatchObject({ code: 0 });
    redis.disconnect();
    const { waiting, cursor } = await stateOf(folder, 3);
    expect(cursor).toBe(200);
    expect(waiting.shards).toEqual(range(200));
  });

  test('outlives a restart of Redis', async () => {
    const folder = await temporaryFolder();
    await writeProject(folder, images);
    const own = await startRedis(program ?? '', ['--appendonly', 'yes', '--appendfsync', 'always']);
    try {
      const args = commandFor(folder, 0, '--high-watermark', '100000').map((text) => text.replace(server.url, own.url));
      const { ended } = startGradline(args);
      for (const cursor of [1, 5_000]) {
        const redis = await connect(own.url);
        const ledger = openRunLedger(redis, 'night');
        await expect
          .poll(async () => (await readStatus(ledger))?.cursor ?? 0, { timeout: 20_000, interval: 5 })
          .toBeGreaterThan(cursor);
        redis.disconnect();
        await own.kill();
        await wait(300);
        await own.start();
      }
      const { code, stderr } = await ended;
      expect(code, stderr).toBe(0);
      const redis = await connect(own.url);
      expect((await waitingShards(redis)).shards).toEqual(range(shards));
      expect(await readStatus(openRunLedger(redis, 'night'))).toMatchObject({ cursor: shards, expected: images });
      redis.disconnect();
    } finally {
      await own.stop();
    }
  });

  test('stops at Ctrl-C with exit code 130, and says how to go on', async () => {
    const folder = await temporaryFolder();
    await writeProject(folder, 400);
    const redis = await connect(`${server.url}/4`);
    const { child, ended } = startGradline(commandFor(folder, 4, '--high-watermark', '30'));
    await expect
      .poll(async () => (await readStatus(openRunLedger(redis, 'night')))?.cursor ?? 0, { timeout: 20_000 })
      .toBe(30);
    child.kill('SIGINT');
    redis.disconnect();
    expect(await ended).toMatchObject({ code: 130, stdout: expect.stringContaining('The same command goes on.') });
  });

  test('--wait stays until the run has ended', async () => {
    const folder = await temporaryFolder();
    await writeProject(folder, 8);
    const redis = await connect(`${server.url}/5`);
    const ledger = openRunLedger(redis, 'night');
    const { child, ended } = startGradline(commandFor(folder, 5, '--wait', '--json'));
    await expect.poll(async () => (await readStatus(ledger))?.cursor ?? 0, { timeout: 20_000 }).toBe(4);
    expect(child.exitCode).toBeNull();
    await cancelRun(ledger);
    const { code, stdout } = await ended;
    expect(code).toBe(3);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map(({ event }) => event)).toEqual(expect.arrayContaining(['start', 'summary', 'status']));
    expect(events.at(-1)).toMatchObject({ event: 'status', state: 'cancelled' });
    await forgetRun(ledger);
    redis.disconnect();
  });

  test('tries out the model before anything is written', async () => {
    const folder = await temporaryFolder();
    await writeProject(folder, 8);
    const checked = commandFor(folder, 7).filter((argument) => argument !== '--no-preflight');
    expect(await gradline(checked)).toMatchObject({ code: 2, stderr: expect.stringContaining('model.onnx') });
    expect(await readdir(join(folder, 'out'))).toEqual([]);
    await writeTinyModel(join(folder, 'model.onnx'));
    expect(await gradline([...checked, '--layers', 'layer9', '--size', '8'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("'layer9'"),
    });
    expect(await gradline([...checked, '--layers', 'layer1', '--size', '8'])).toMatchObject({ code: 0 });
  });

  test('says what is wrong with exit code 2, or 3 where Redis is away', async () => {
    const folder = await temporaryFolder();
    await writeProject(folder, 8);
    await writeFiles(folder, { 'empty/readme.txt': '' });
    const model = ['--no-preflight', '--model', join(folder, 'model.onnx'), '--output', join(folder, 'elsewhere')];
    const redis = ['--redis', `${server.url}/6`];
    for (const [args, message, expected] of [
      [['enqueue', join(folder, 'empty'), ...model, ...redis], 'holds no images', 2],
      [
        ['enqueue', join(folder, 'list.csv'), ...model, ...redis, '--high-watermark', 'many'],
        '--high-watermark must be',
        2,
      ],
      [['enqueue', join(folder, 'list.csv'), ...model, ...redis, '--resume'], 'unknown option', 2],
      [['enqueue', join(folder, 'list.csv'), ...model, '--redis', 'redis://127.0.0.1:1'], 'cannot be reached', 3],
    ] as const) {
      const { code, stderr } = await gradline([...args]);
      expect(stderr).toContain(message);
      expect(code).toBe(expected);
    }
  });
});
