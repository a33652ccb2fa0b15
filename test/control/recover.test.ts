import { createHash } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { cancel } from '../../src/control/cancel.ts';
import { recover } from '../../src/control/recover.ts';
import { readStatus } from '../../src/shared/ledger/read-status.ts';
import { openRunLedger } from '../../src/shared/ledger/run-keys.ts';
import { failRun } from '../../src/shared/ledger/run-state.ts';
import { newPlanManifest, planPartKey, readManifest, writeManifest } from '../../src/shared/run/plan-files.ts';
import { openStore } from '../../src/shared/store/open-store.ts';
import { produce } from '../fleet/producing.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { enqueuedRun, jobCounts, outputFiles, redisProgram, runFile, statusOf, useRedis } from './fixture.ts';
import { work } from './stand-in-worker.ts';

/** Leaves what a producer leaves that is killed after its first part. */
async function forgetSecondPart(location: string): Promise<void> {
  const output = await openStore(location);
  const manifest = await readManifest(output);
  if (manifest === null) throw new Error('There is no plan.');
  const text = (await output.get(planPartKey(0))).toString('utf8');
  await writeManifest(output, {
    ...newPlanManifest(manifest.run, manifest.shardSize, manifest.selection),
    parts: 1,
    planned: { shards: 256, images: 1024, labelled: 1024 },
    lastKey: JSON.parse(text.split('\n').at(-2) ?? '').key,
    digest: createHash('sha256').update('').update(text).digest('hex'),
  });
  await writeFile(join(location, 'run.json'), JSON.stringify({ ...(await runFile(location)), state: 'planning' }));
  await rm(join(location, planPartKey(1)));
}

describe.skipIf(redisProgram === null)('recover', () => {
  const use = useRedis();
  beforeEach(() => use().redis.flushall());
  // 42 images in shards of four: eleven, the last with two.
  const broken = { 'images/000023757.jpg': 'corrupt', 'images/000205894.jpg': 'not-found' };

  test('after FLUSHALL in the middle of a run, the output is complete and the same byte by byte', async () => {
    const { redis } = use();
    const undisturbed = await enqueuedRun(redis, 42);
    await work(redis, { broken });
    const disturbed = await enqueuedRun(redis, 42);
    expect(await work(redis, { broken, shards: 5 })).toEqual([0, 1, 2, 3, 4]);
    await redis.flushall();
    expect(await readStatus(openRunLedger(redis, disturbed.run))).toBeNull();

    expect(await recover(redis, disturbed.output)).toMatchObject({
      run: disturbed.run,
      state: 'running',
      shards: 11,
      stored: 5,
      restored: 5,
      enqueued: 6,
      warnings: [],
    });
    expect(await statusOf(redis, disturbed.run)).toMatchObject({ done: 19, quarantined: 1, failures: { corrupt: 1 } });
    expect(await work(redis, { broken })).toEqual([5, 6, 7, 8, 9, 10]);
    expect(await statusOf(redis, disturbed.run)).toMatchObject({
      state: 'complete',
      done: 40,
      quarantined: 2,
      missing: 0,
      failures: { corrupt: 1, 'not-found': 1 },
    });
    expect(await runFile(disturbed.output)).toMatchObject({ state: 'complete', counts: { done: 40, quarantined: 2 } });
    const files = await outputFiles(disturbed.output);
    expect(files).toEqual(await outputFiles(undisturbed.output));
    expect([...files.keys()]).toContain('scores/scores.parquet');
  });

  test('the run keeps the time when it was created', async () => {
    const { redis } = use();
    const { run, output } = await enqueuedRun(redis, 8);
    const { created } = await statusOf(redis, run);
    await redis.flushall();
    await recover(redis, output);
    expect((await statusOf(redis, run)).created).toEqual(created);
  });

  test('called again it changes nothing, and neither does it while workers are at work', async () => {
    const { redis } = use();
    const { run, output } = await enqueuedRun(redis, 42);
    await work(redis, { shards: 3 });
    await redis.flushall();
    await recover(redis, output);
    const again = await recover(redis, output);
    expect(again).toMatchObject({ stored: 3, restored: 0, enqueued: 8 });
    expect((await jobCounts(redis)).waiting).toBe(8);
    await work(redis, { shards: 2 });
    await recover(redis, output);
    expect((await jobCounts(redis)).waiting).toBe(6);
    await work(redis);
    expect(await statusOf(redis, run)).toMatchObject({ state: 'complete', done: 42 });
  });

  test('jobs that were lost alone are put back', async () => {
    const { redis } = use();
    const { run, output } = await enqueuedRun(redis, 42);
    await work(redis, { shards: 3 });
    const keys = await redis.keys('{gradline}:shards:*');
    await redis.del(...keys);
    expect(await recover(redis, output)).toMatchObject({ stored: 3, restored: 0, enqueued: 8 });
    await work(redis);
    expect(await statusOf(redis, run)).toMatchObject({ state: 'complete', done: 42 });
  });

  test('when nothing is missing, it finishes the run itself', async () => {
    const { redis } = use();
    const { run, output } = await enqueuedRun(redis, 8);
    await work(redis, { shards: 1 });
    await redis.flushall();
    await recover(redis, output);
    // The last shard is stored, but its worker died before the ledger heard of it.
    await work(redis);
    await redis.flushall();
    await writeFile(
      join(output, 'run.json'),
      JSON.stringify({ ...(await runFile(output)), state: 'running', finished: null }),
    );
    await rm(join(output, 'scores/scores.parquet'));
    expect(await recover(redis, output)).toMatchObject({ state: 'complete', restored: 2, enqueued: 0 });
    expect(await runFile(output)).toMatchObject({ state: 'complete', counts: { done: 8 } });
    expect([...(await outputFiles(output)).keys()]).toContain('scores/scores.parquet');
    expect(await statusOf(redis, run)).toMatchObject({ state: 'complete', done: 8 });
  });

  test('a complete run stays as it is', async () => {
    const { redis } = use();
    const { run, output } = await enqueuedRun(redis, 8);
    await work(redis);
    const before = await runFile(output);
    expect(await recover(redis, output)).toMatchObject({ state: 'complete', restored: 0, enqueued: 0 });
    await redis.flushall();
    expect(await recover(redis, output)).toMatchObject({ run, state: 'complete', stored: 2, enqueued: 0 });
    expect(await runFile(output)).toEqual(before);
    expect(await redis.dbsize()).toBe(0);
  });

  test('a scores part that cannot be read is done again', async () => {
    const { redis } = use();
    const { run, output } = await enqueuedRun(redis, 12);
    await work(redis, { shards: 2 });
    await writeFile(join(output, 'scores/part-00001.jsonl'), '{"key": "ima');
    await redis.flushall();
    const { warnings, restored, enqueued } = await recover(redis, output);
    expect({ restored, enqueued }).toEqual({ restored: 1, enqueued: 2 });
    expect(warnings).toEqual([`scores/part-00001.jsonl in ${output} does not hold records: its shard is done again.`]);
    await work(redis);
    expect(await statusOf(redis, run)).toMatchObject({ state: 'complete', done: 12 });
  });

  test('a plan that is not finished is enqueued as far as it goes, and the producer goes on', async () => {
    const { redis } = use();
    // More than one part of 256 shards.
    const { run, output, folder } = await enqueuedRun(redis, 2_100);
    await work(redis, { shards: 10 });
    await forgetSecondPart(output);
    await redis.flushall();
    expect(await recover(redis, output)).toMatchObject({ state: 'planning', shards: null, stored: 10, enqueued: 245 });
    // The last one waits for its producer, or the run would look done.
    expect(await work(redis)).toHaveLength(245);
    expect(await statusOf(redis, run)).toMatchObject({ state: 'planning', done: 1_020, expected: null });
    expect(await produce(redis, folder)).toMatchObject({ run, state: 'enqueued', images: 2_100 });
    await work(redis);
    expect(await statusOf(redis, run)).toMatchObject({ state: 'complete', done: 2_100 });
  });

  test('a run whose counts do not add up gets them from its records', async () => {
    const { redis } = use();
    const { run, output } = await enqueuedRun(redis, 12);
    await work(redis, { shards: 2 });
    await redis.hincrby(openRunLedger(redis, run).key('run'), 'done', 5);
    await work(redis);
    expect(await statusOf(redis, run)).toMatchObject({ state: 'failed', reason: { code: 'counts-differ' } });
    await recover(redis, output);
    expect(await statusOf(redis, run)).toMatchObject({ state: 'complete', done: 12 });
  });

  test('a run that failed says how it goes on', async () => {
    const { redis } = use();
    const { run, output } = await enqueuedRun(redis, 8);
    await failRun(openRunLedger(redis, run), 'access-denied', 'Access was denied.');
    await expect(recover(redis, output)).rejects.toMatchObject({
      code: 'run-ended',
      message: expect.stringContaining(`gradline resume ${run}`),
    });
  });

  test('a run that was cancelled is not taken up again', async () => {
    const { redis } = use();
    const { run, output } = await enqueuedRun(redis, 8);
    await cancel(redis, run);
    expect(await recover(redis, output)).toMatchObject({ state: 'cancelled', enqueued: 0 });
    await redis.flushall();
    await expect(recover(redis, output)).rejects.toMatchObject({ code: 'run-ended' });
    expect(await redis.dbsize()).toBe(0);
  });

  test('a folder that is no run, and a local run, are refused with what to do', async () => {
    const { redis } = use();
    const folder = await temporaryFolder();
    await expect(recover(redis, folder)).rejects.toMatchObject({
      code: 'not-a-run',
      message: expect.stringContaining(folder),
    });
    const { output } = await enqueuedRun(redis, 8);
    await rm(join(output, 'plan'), { recursive: true });
    await expect(recover(redis, output)).rejects.toMatchObject({
      code: 'no-plan',
      message: expect.stringContaining('--resume'),
    });
  });
});
