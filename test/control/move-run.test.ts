import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { cancel } from '../../src/control/cancel.ts';
import { pause } from '../../src/control/pause.ts';
import { resume } from '../../src/control/resume.ts';
import { openRunLedger } from '../../src/shared/ledger/run-keys.ts';
import { failRun } from '../../src/shared/ledger/run-state.ts';
import { produce } from '../fleet/producing.ts';
import { enqueuedRun, jobCounts, redisProgram, runFile, statusOf, useRedis } from './fixture.ts';
import { work } from './stand-in-worker.ts';

describe.skipIf(redisProgram === null)('pausing, resuming and cancelling a run', () => {
  const use = useRedis();
  beforeEach(() => use().redis.flushall());

  test('a paused run begins no shard, and once resumed does all of them', async () => {
    const { redis } = use();
    const { run } = await enqueuedRun(redis, 40);
    await work(redis, { shards: 2 });
    expect(await pause(redis, run)).toMatchObject({ state: 'paused', changed: true });
    expect(await pause(redis, run)).toMatchObject({ state: 'paused', changed: false });
    // The worker takes each job and drops it.
    expect(await work(redis)).toEqual([]);
    expect((await jobCounts(redis)).waiting).toBe(0);

    expect(await resume(redis, run)).toMatchObject({ state: 'running', changed: true, requeued: 8 });
    expect(await work(redis)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await statusOf(redis, run)).toMatchObject({ state: 'complete', done: 40 });
  });

  test('resuming a run that goes puts nothing into the queue twice', async () => {
    const { redis } = use();
    const { run } = await enqueuedRun(redis, 40);
    expect(await resume(redis, run)).toMatchObject({ state: 'running', changed: false, requeued: 10 });
    expect((await jobCounts(redis)).waiting).toBe(10);
  });

  test('a failed run goes on, and its run.json says so', async () => {
    const { redis } = use();
    const { run, output } = await enqueuedRun(redis, 16);
    await work(redis, { shards: 1 });
    await failRun(openRunLedger(redis, run), 'access-denied', 'Access was denied.');
    expect(await work(redis)).toEqual([]);
    expect(await resume(redis, run)).toMatchObject({ state: 'running', requeued: 3, warning: null });
    expect(await runFile(output)).toMatchObject({ state: 'running', finished: null, error: null });
    expect(await statusOf(redis, run)).toMatchObject({ state: 'running', reason: null });
    await work(redis);
    expect(await statusOf(redis, run)).toMatchObject({ state: 'complete', done: 16 });
  });

  test('a cancelled run leaves the queue and keeps what it wrote; other runs stay', async () => {
    const { redis } = use();
    const cancelled = await enqueuedRun(redis, 40);
    await work(redis, { shards: 3 });
    const other = await enqueuedRun(redis, 12);
    expect(await cancel(redis, cancelled.run)).toMatchObject({ state: 'cancelled', changed: true, warning: null });
    expect(await jobCounts(redis)).toMatchObject({ waiting: 3, failed: 0 });
    expect(await runFile(cancelled.output)).toMatchObject({ state: 'cancelled' });
    expect(await statusOf(redis, cancelled.run)).toMatchObject({ state: 'cancelled', done: 12 });
    expect(await work(redis)).toEqual([0, 1, 2]);
    expect(await statusOf(redis, other.run)).toMatchObject({ state: 'complete' });
    expect(await cancel(redis, cancelled.run)).toMatchObject({ changed: false });
  });

  test('the producer of a cancelled run ends', async () => {
    const { redis } = use();
    const { run, folder } = await enqueuedRun(redis, 40);
    await cancel(redis, run);
    expect(await produce(redis, folder)).toMatchObject({ run, state: 'cancelled' });
    expect((await jobCounts(redis)).waiting).toBe(0);
  });

  test('a move that a state does not have is refused with what to do', async () => {
    const { redis } = use();
    const { run } = await enqueuedRun(redis, 8);
    await work(redis);
    await expect(pause(redis, run)).rejects.toMatchObject({
      code: 'not-allowed',
      message: expect.stringContaining('complete'),
    });
    await expect(resume(redis, run)).rejects.toMatchObject({ code: 'not-allowed' });
    await expect(cancel(redis, run)).rejects.toMatchObject({ code: 'not-allowed' });
  });

  test('a run that Redis does not know is refused, with the nearest name and recover', async () => {
    const { redis } = use();
    const { run } = await enqueuedRun(redis, 8);
    const wrong = `${run}x`;
    for (const verb of [pause, resume, cancel]) {
      await expect(verb(redis, wrong)).rejects.toMatchObject({
        code: 'no-such-run',
        message: expect.stringMatching(new RegExp(`Did you mean ${run}\\?.*gradline recover`)),
      });
    }
    await expect(pause(redis, 'a/b')).rejects.toMatchObject({ code: 'bad-run-id' });
  });

  test('an output that is gone does not keep a run from being cancelled', async () => {
    const { redis } = use();
    const { run, output } = await enqueuedRun(redis, 8);
    await rm(join(output, 'run.json'));
    const { state, warning } = await cancel(redis, run);
    expect(state).toBe('cancelled');
    expect(warning).toContain('run.json');
  });
});
