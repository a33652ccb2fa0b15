import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { addSchedule, removeSchedule } from '../../src/control/schedule/edit-schedules.ts';
import { serveFleet } from '../../src/control/serve-fleet.ts';
import { startShard } from '../../src/shared/ledger/attempts.ts';
import { openRunLedger } from '../../src/shared/ledger/run-keys.ts';
import { pauseRun, resumeRun } from '../../src/shared/ledger/run-state.ts';
import { openShardQueue, type ShardJob, shardQueueName, shardQueuePrefix } from '../../src/shared/queue/shard-queue.ts';
import { readConfiguration } from '../../src/shared/run/read-configuration.ts';
import { freePort } from '../fleet/free-port.ts';
import { redisServerProgram, startRedis } from '../fleet/redis-server.ts';
import { startWebhook } from '../shared/notify/webhook-server.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { enqueuedRun, jobCounts, redisProgram, useRedis } from './fixture.ts';
import { work } from './stand-in-worker.ts';

/** Value of a series, as a scrape has it. */
function valueIn(text: string, series: string): number | null {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? null : Number(line.slice(series.length + 1));
}

async function service(url: string) {
  const port = await freePort();
  const stop = new AbortController();
  const notices: string[] = [];
  const options = { metrics: { host: '127.0.0.1', port }, version: '1.2.3', rescueInterval: 300 };
  const ended = serveFleet(url, options, (notice) => notices.push(notice), stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await ended;
  });
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: response.status, text: await response.text() };
  };
  const scrape = async (series: string) => valueIn((await get('/metrics')).text, series);
  await expect.poll(async () => (await get('/readyz')).status, { timeout: 10_000 }).toBe(200);
  return { get, scrape, notices };
}

describe.skipIf(redisProgram === null)('gradline schedule serve', () => {
  const use = useRedis();
  beforeEach(() => use().redis.flushall());

  test('says what needs a worker, from the first shard to the end of the run', async () => {
    const { redis, server } = use();
    const { scrape, get } = await service(server.url);
    expect(await scrape('gradline_outstanding_work')).toBe(0);
    const { run } = await enqueuedRun(redis, 18);
    expect(await scrape('gradline_outstanding_work')).toBe(5);
    expect(await scrape('gradline_runs{state="running"}')).toBe(1);
    expect(await scrape('gradline_oldest_waiting_shard_age_seconds')).toBeGreaterThan(0);
    await work(redis, { shards: 2, broken: { 'images/000000000.jpg': 'not-an-image' }, unfinished: true });
    const { text } = await get('/metrics');
    for (const [series, value] of [
      ['gradline_outstanding_work', 3],
      [`gradline_run_shards{run="${run}",state="waiting"}`, 3],
      [`gradline_run_shards{run="${run}",state="committed"}`, 2],
      [`gradline_run_shards{run="${run}",state="not-enqueued"}`, 0],
      [`gradline_run_images{run="${run}",outcome="done"}`, 7],
      [`gradline_run_images{run="${run}",outcome="quarantined"}`, 1],
      [`gradline_run_quarantined_images{run="${run}",code="not-an-image"}`, 1],
      [`gradline_run_images_planned{run="${run}"}`, 18],
      [`gradline_run_workers{run="${run}"}`, 1],
      ['gradline_build_info{version="1.2.3",role="scheduler"}', 1],
    ] as const) {
      expect({ series, value: valueIn(text, series) }).toEqual({ series, value });
    }
    expect(valueIn(text, `gradline_run_seconds_left{run="${run}"}`)).toBeGreaterThan(0);
    await work(redis, { unfinished: true });
    expect(await scrape('gradline_outstanding_work')).toBe(1);
    expect(await scrape('gradline_oldest_waiting_shard_age_seconds')).toBe(0);
    const { finishRun } = await import('../../src/worker/fleet/finish-run.ts');
    await finishRun(openRunLedger(redis, run), 60_000, new AbortController().signal);
    expect(await scrape('gradline_outstanding_work')).toBe(0);
    expect(await scrape('gradline_runs{state="complete"}')).toBe(1);
    // Series of runs that ended are gone.
    expect((await get('/metrics')).text).not.toContain(run);
  });

  test('puts the shards of a dead worker back into the queue with no worker alive', async () => {
    const { redis, server } = use();
    const { run } = await enqueuedRun(redis, 12);
    if (!(redis instanceof Redis)) throw new Error('This test is for a single Redis.');
    const connection = redis.duplicate({ maxRetriesPerRequest: null });
    const dead = new Worker<ShardJob, void, string>(shardQueueName, null, {
      connection,
      prefix: shardQueuePrefix,
      autorun: false,
      lockDuration: 100,
    });
    const taken = await Promise.all(['a', 'b', 'c'].map((token) => dead.getNextJob(token, { block: false })));
    expect(taken.every((job) => job !== undefined)).toBe(true);
    for (const [i, job] of taken.entries()) {
      await startShard(openRunLedger(redis, run), job?.data.shard ?? 0, `token-${i}`, 'dead');
    }
    // As a killed machine: its locks are never renewed.
    await dead.close();
    connection.disconnect();
    expect(await jobCounts(redis)).toMatchObject({ waiting: 0, active: 3 });
    const { scrape, notices } = await service(server.url);
    expect(await scrape('gradline_outstanding_work')).toBe(3);
    await expect.poll(() => jobCounts(redis), { timeout: 10_000 }).toMatchObject({ waiting: 3, active: 0 });
    expect(await scrape('gradline_stalled_shards_total')).toBe(3);
    expect(notices).toContain('A worker has gone silent: its shards are back in the queue.');
    expect(await work(redis)).toHaveLength(3);
    expect(await scrape('gradline_outstanding_work')).toBe(0);
  });

  test('gives shards that lost their job a new one with no worker alive', async () => {
    const { redis, server } = use();
    const { run } = await enqueuedRun(redis, 12);
    const queue = openShardQueue(redis);
    await queue.obliterate();
    await queue.close();
    const { scrape } = await service(server.url);
    expect(await scrape('gradline_outstanding_work')).toBe(3);
    await expect.poll(() => jobCounts(redis), { timeout: 10_000 }).toMatchObject({ waiting: 3 });
    await pauseRun(openRunLedger(redis, run));
    expect(await scrape('gradline_outstanding_work')).toBe(0);
    await resumeRun(openRunLedger(redis, run));
    expect(await scrape('gradline_outstanding_work')).toBe(3);
  });

  test('tells the webhook of a run of a schedule that cannot even begin, with no worker alive', async () => {
    const { redis, server } = use();
    const { url, bodies } = await startWebhook();
    vi.stubEnv('GRADLINE_WEBHOOK', url);
    onTestFinished(() => void vi.unstubAllEnvs());
    const places = { input: '/photos', model: '/model.onnx', classes: '/classes-that-are-not-there.txt' };
    const output = await temporaryFolder();
    const configuration = await readConfiguration({ ...places, output, notify: 'GRADLINE_WEBHOOK' });
    const ways = { timeZone: 'UTC', missed: 'catch-up', overlap: 'skip', grace: 600 } as const;
    await addSchedule(redis, { name: 'nightly', cron: '* * * * * *', ...ways, configuration });
    await service(server.url);
    await expect.poll(() => bodies, { timeout: 15_000 }).not.toEqual([]);
    await removeSchedule(redis, 'nightly');
    expect(bodies[0]).toMatchObject({
      event: 'run-failed',
      run: expect.stringMatching(/^nightly-\d{4}/),
      report: null,
      error: { message: expect.stringContaining('classes-that-are-not-there') },
    });
  });

  test('tells no number while Redis is away, and is not ready then', async () => {
    const program = await redisServerProgram();
    if (program === null) throw new Error('There is no Redis.');
    const server = await startRedis(program);
    onTestFinished(() => server.stop());
    const { get } = await service(server.url);
    await server.kill();
    await expect.poll(async () => (await get('/readyz')).status, { timeout: 10_000 }).toBe(503);
    expect(await get('/metrics')).toMatchObject({
      status: 503,
      text: 'Redis does not tell the numbers of the fleet now. Ask again.\n',
    });
    expect((await get('/livez')).status).toBe(200);
    await server.start();
    await expect.poll(async () => (await get('/readyz')).status, { timeout: 20_000 }).toBe(200);
    expect((await get('/metrics')).status).toBe(200);
  });
});
