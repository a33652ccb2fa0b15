import { beforeEach, describe, expect, test } from 'vitest';
import { pause } from '../../src/control/pause.ts';
import { retryFailed } from '../../src/control/retry-failed.ts';
import { enqueuedRun, jobCounts, outputFiles, redisProgram, runFile, statusOf, useRedis } from './fixture.ts';
import { work } from './stand-in-worker.ts';

describe.skipIf(redisProgram === null)('retry-failed', () => {
  const use = useRedis();
  beforeEach(() => use().redis.flushall());

  /** Ten shards of four; one image of shard 1 is not found, one of shard 3 corrupt, and one of shard 7 either. */
  async function runWithFailures() {
    const { redis } = use();
    const test = await enqueuedRun(redis, 40);
    const at = (index: number) => test.keys[index] ?? '';
    const broken = { [at(5)]: 'not-found', [at(13)]: 'corrupt', [at(29)]: 'corrupt', [at(30)]: 'unreadable' };
    await work(redis, { broken });
    expect(await statusOf(redis, test.run)).toMatchObject({ state: 'complete', done: 36, quarantined: 4 });
    return { redis, ...test, broken, at };
  }

  test('does the shards again whose failures lie outside the file, and counts stay exact', async () => {
    const { redis, run, output, broken, at } = await runWithFailures();
    expect(await retryFailed(redis, run, null)).toEqual({
      run,
      shards: 2,
      images: 2,
      givenUp: 0,
      left: { corrupt: 1 },
    });
    expect(await runFile(output)).toMatchObject({ state: 'running', finished: null });
    expect(await statusOf(redis, run)).toMatchObject({
      state: 'running',
      done: 31,
      quarantined: 1,
      settledShards: 8,
      failures: { corrupt: 1 },
    });
    expect((await jobCounts(redis)).waiting).toBe(2);

    expect(await work(redis, { broken: { [at(13)]: broken[at(13)] ?? '', [at(29)]: 'corrupt' } })).toEqual([1, 7]);
    expect(await statusOf(redis, run)).toMatchObject({
      state: 'complete',
      done: 38,
      quarantined: 2,
      missing: 0,
      failures: { corrupt: 2 },
    });
    expect(await runFile(output)).toMatchObject({ state: 'complete', counts: { done: 38, quarantined: 2 } });
    const part = Buffer.from((await outputFiles(output)).get('scores/part-00001.jsonl') ?? '', 'base64').toString();
    expect(part.trimEnd().split('\n')).toHaveLength(4);
    expect(part).not.toContain('not-found');
  });

  test('the output is the same as that of a run without those failures', async () => {
    const { redis, run, output, at } = await runWithFailures();
    const lasting = { [at(13)]: 'corrupt', [at(29)]: 'corrupt' };
    await retryFailed(redis, run, null);
    await work(redis, { broken: lasting });
    const other = await enqueuedRun(redis, 40);
    await work(redis, { broken: lasting });
    expect(await outputFiles(output)).toEqual(await outputFiles(other.output));
  });

  test('a named reason is tried again, others are not', async () => {
    const { redis, run } = await runWithFailures();
    expect(await retryFailed(redis, run, ['corrupt'])).toMatchObject({
      shards: 2,
      images: 2,
      left: { 'not-found': 1 },
    });
    expect(await work(redis)).toEqual([3, 7]);
  });

  test('without failures that can be gone, a complete run stays complete', async () => {
    const { redis } = use();
    const { run, keys } = await enqueuedRun(redis, 8);
    await work(redis, { broken: { [keys[1] ?? '']: 'truncated' } });
    expect(await retryFailed(redis, run, null)).toMatchObject({ shards: 0, left: { truncated: 1 } });
    expect(await statusOf(redis, run)).toMatchObject({ state: 'complete' });
  });

  test('shards that were given up are done again, and nothing is missing any more', async () => {
    const { redis } = use();
    const { run, output } = await enqueuedRun(redis, 14);
    await work(redis, { hopeless: [1, 3] });
    expect(await statusOf(redis, run)).toMatchObject({ state: 'complete', done: 8, missing: 6, givenUpShards: 2 });
    expect(await retryFailed(redis, run, null)).toMatchObject({ shards: 2, givenUp: 2, images: 0 });
    expect(await work(redis)).toEqual([1, 3]);
    expect(await statusOf(redis, run)).toMatchObject({ state: 'complete', done: 14, missing: 0, givenUpShards: 0 });
    expect(await runFile(output)).toMatchObject({ state: 'complete', counts: { done: 14 } });
  });

  test('a run that goes does its failed shards again beside the rest', async () => {
    const { redis } = use();
    const { run, keys } = await enqueuedRun(redis, 40);
    await work(redis, { shards: 3, broken: { [keys[5] ?? '']: 'unreadable' } });
    expect(await retryFailed(redis, run, null)).toMatchObject({ shards: 1, images: 1 });
    const done = await work(redis);
    expect([...done].sort((a, b) => a - b)).toEqual([1, 3, 4, 5, 6, 7, 8, 9]);
    expect(await statusOf(redis, run)).toMatchObject({ state: 'complete', done: 40, quarantined: 0 });
  });

  test('a paused run goes on', async () => {
    const { redis } = use();
    const { run, keys } = await enqueuedRun(redis, 12);
    await work(redis, { shards: 1, broken: { [keys[0] ?? '']: 'unreadable' } });
    await pause(redis, run);
    await retryFailed(redis, run, null);
    expect(await statusOf(redis, run)).toMatchObject({ state: 'running' });
    await work(redis);
    expect(await statusOf(redis, run)).toMatchObject({ state: 'complete', done: 12 });
  });
});
