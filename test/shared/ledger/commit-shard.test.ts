import { describe, expect, it } from 'vitest';
import { openRunLedger } from '../../../src/shared/ledger/run-keys.ts';
import { cancelRun, failRun, pauseRun } from '../../../src/shared/ledger/run-state.ts';
import { commitShard, giveUpShard, restoreShard } from '../../../src/shared/ledger/settle-shard.ts';
import { newRun, outcomes, redisProgram, statusOf, useRedis } from './fixture.ts';

describe.skipIf(redisProgram === null)('committing a shard', () => {
  const use = useRedis();

  it('counts its images by outcome, with the reasons of failures', async () => {
    const ledger = await newRun(use().redis, 4, 7);
    expect(await commitShard(ledger, 0, outcomes('dcwq'), 'gpu-0')).toEqual({
      result: 'committed',
      settledShards: 1,
      shards: 2,
      expected: 7,
      done: 3,
      quarantined: 1,
      labelled: 2,
      correct: 1,
      missing: 0,
    });
    await commitShard(ledger, 1, outcomes('qqd', 'too-large'), 'gpu-1');
    const status = await statusOf(ledger);
    expect(status).toMatchObject({ settledShards: 2, done: 4, quarantined: 3, labelled: 2, correct: 1, missing: 0 });
    expect(status.failures).toEqual({ 'not-an-image': 1, 'too-large': 2 });
    expect(status.latestFailures.map(({ shard, place, key, code }) => [shard, place, key, code])).toEqual([
      [1, 1, 'image 1.jpg', 'too-large'],
      [1, 0, 'image 0.jpg', 'too-large'],
      [0, 3, 'image 3.jpg', 'not-an-image'],
    ]);
    expect(status.workers.map(({ name, images }) => [name, images])).toEqual([
      ['gpu-0', 4],
      ['gpu-1', 3],
    ]);
    expect(status.imagesPerSecond).toBeGreaterThan(0);
  });

  it.each([
    ['a quarantined image is done the second time', 'dddq', 'dddd', { done: 3, quarantined: 1 }, { 'not-an-image': 1 }],
    ['a done image is quarantined the second time', 'dddd', 'dddq', { done: 4, quarantined: 0 }, {}],
    ['nothing differs', 'cwqd', 'cwqd', { done: 3, quarantined: 1, labelled: 2, correct: 1 }, { 'not-an-image': 1 }],
  ])('counts only the first commit when %s', async (_, first, second, counts, failures) => {
    const ledger = await newRun(use().redis, 4, 4);
    await commitShard(ledger, 0, outcomes(first), 'gpu-0');
    const again = await commitShard(ledger, 0, outcomes(second), 'gpu-1');
    expect(again).toMatchObject({ result: 'already-committed', settledShards: 1, ...counts });
    const status = await statusOf(ledger);
    expect(status).toMatchObject({ settledShards: 1, ...counts });
    expect(status.failures).toEqual(failures);
    expect(status.workers.map(({ name }) => name)).toEqual(['gpu-0']);
  });

  it('counts each shard once when eight workers commit all of them at the same time', async () => {
    const ledger = await newRun(use().redis, 4, 400);
    const clients = await Promise.all(Array.from({ length: 8 }, () => use().connect()));
    const results = await Promise.all(
      clients.flatMap((redis, worker) =>
        Array.from({ length: 100 }, (_, shard) =>
          commitShard({ ...ledger, redis }, shard, outcomes(worker % 2 === 0 ? 'cwqd' : 'qqcd'), `gpu-${worker}`),
        ),
      ),
    );
    expect(results.filter(({ result }) => result === 'committed')).toHaveLength(100);
    expect(results.filter(({ result }) => result === 'already-committed')).toHaveLength(700);
    const status = await statusOf(ledger);
    expect(status.settledShards).toBe(100);
    expect(status.done + status.quarantined).toBe(400);
    expect(status.failures['not-an-image']).toBe(status.quarantined);
    expect(status.workers.reduce((sum, { images }) => sum + images, 0)).toBe(400);
  });

  it('counts a shard that had been given up, and no longer as missing', async () => {
    const ledger = await newRun(use().redis, 4, 4);
    await giveUpShard(ledger, 0, 4, { code: 'unavailable', message: 'S3 did not answer.' });
    expect(await statusOf(ledger)).toMatchObject({ missing: 4, givenUpShards: 1, settledShards: 1 });
    expect(await commitShard(ledger, 0, outcomes('dddq'), 'gpu-0')).toMatchObject({
      result: 'committed',
      settledShards: 1,
      done: 3,
      quarantined: 1,
      missing: 0,
    });
    expect(await statusOf(ledger)).toMatchObject({ givenUpShards: 0, settledShards: 1 });
  });

  it('does not give up what is committed, nor anything twice', async () => {
    const ledger = await newRun(use().redis, 4, 8);
    const error = { code: 'unavailable', message: 'S3 did not answer.' };
    await commitShard(ledger, 0, outcomes('dddd'), 'gpu-0');
    expect(await giveUpShard(ledger, 0, 4, error)).toMatchObject({ result: 'already-committed', missing: 0 });
    expect(await giveUpShard(ledger, 1, 4, error)).toMatchObject({ result: 'given-up', missing: 4 });
    expect(await giveUpShard(ledger, 1, 4, error)).toMatchObject({ result: 'already-given-up', missing: 4 });
    const { latestFailures } = await statusOf(ledger);
    expect(latestFailures).toEqual([{ shard: 1, place: null, key: null, ...error }]);
  });

  it('takes shards before planning has ended and while the run is paused', async () => {
    const ledger = await newRun(use().redis, 4);
    expect(await commitShard(ledger, 3, outcomes('dddd'), 'gpu-0')).toMatchObject({
      result: 'committed',
      shards: null,
      expected: null,
    });
    await pauseRun(ledger);
    expect(await commitShard(ledger, 4, outcomes('dddd'), 'gpu-0')).toMatchObject({ result: 'committed', done: 8 });
  });

  it.each([
    ['a shard behind the last one', 2, 'dddd'],
    ['too many images', 0, 'ddddd'],
    ['too few images', 0, 'ddd'],
    ['more images than the last shard has', 1, 'dddd'],
    ['no images', 0, ''],
  ])('refuses %s and counts nothing', async (_, shard, letters) => {
    const ledger = await newRun(use().redis, 4, 7);
    expect(await commitShard(ledger, shard, outcomes(letters), 'gpu-0')).toEqual({ result: 'not-in-plan' });
    expect(await statusOf(ledger)).toMatchObject({ settledShards: 0, done: 0, workers: [] });
  });

  it('says that a run is failed, cancelled or unknown, and counts nothing', async () => {
    const failed = await newRun(use().redis, 4, 4);
    await failRun(failed, 'access-denied', 'No access to s3://bucket. Ask its owner.');
    expect(await commitShard(failed, 0, outcomes('dddd'), 'gpu-0')).toEqual({
      result: 'run-not-running',
      state: 'failed',
    });
    const cancelled = await newRun(use().redis, 4, 4);
    await cancelRun(cancelled);
    expect(await commitShard(cancelled, 0, outcomes('dddd'), 'gpu-0')).toEqual({
      result: 'run-not-running',
      state: 'cancelled',
    });
    expect(await statusOf(cancelled)).toMatchObject({ done: 0, settledShards: 0, workers: [] });
    const unknown = openRunLedger(use().redis, 'never-created');
    expect(await commitShard(unknown, 0, outcomes('dddd'), 'gpu-0')).toEqual({ result: 'no-such-run' });
    expect(await use().redis.exists(unknown.key('run'), unknown.key('images'))).toBe(0);
  });

  it('keeps at most 200 failures and 64 codes, and still counts them all', async () => {
    const ledger = await newRun(use().redis, 4, 400);
    for (let shard = 0; shard < 100; shard += 1) {
      await commitShard(ledger, shard, outcomes('qqqq', `code-${shard}`), 'gpu-0');
    }
    const status = await statusOf(ledger);
    expect(status.quarantined).toBe(400);
    expect(status.latestFailures).toHaveLength(200);
    expect(status.latestFailures[0]).toMatchObject({ shard: 99, place: 3, code: 'code-99' });
    expect(Object.keys(status.failures)).toHaveLength(65);
    expect(status.failures.other).toBe(36 * 4);
    expect(status.failures['code-63']).toBe(4);
  });

  it.each([1, 31, 32, 33, 64, 100, 32_768])('counts all images of shards of %i', async (size) => {
    const { redis } = use();
    const ledger = await newRun(redis, size, 2 * size + 1);
    const letters = 'cq'.repeat(size).slice(0, size);
    await commitShard(ledger, 1, outcomes(letters), 'gpu-0');
    expect(await redis.bitcount(ledger.key('images'))).toBe(size);
    expect(await redis.bitpos(ledger.key('images'), 1)).toBe(size);
    await commitShard(ledger, 0, outcomes(letters), 'gpu-0');
    await commitShard(ledger, 2, outcomes('c'), 'gpu-0');
    expect(await redis.bitcount(ledger.key('images'))).toBe(2 * size + 1);
    const quarantined = 2 * Math.floor(size / 2);
    expect(await statusOf(ledger)).toMatchObject({ done: 2 * size + 1 - quarantined, quarantined });
  });

  it('counts only the images of a shard that were not counted before', async () => {
    const { redis } = use();
    const ledger = await newRun(redis, 40, 40);
    // As if the shard's own bit had been lost.
    for (const place of [0, 31, 32, 39]) await redis.setbit(ledger.key('images'), place, 1);
    await commitShard(ledger, 0, outcomes('q'.repeat(40)), 'gpu-0');
    const status = await statusOf(ledger);
    expect(status.quarantined).toBe(36);
    expect(status.latestFailures.map(({ place }) => place)).not.toContain(32);
    expect(status.latestFailures.map(({ place }) => place)).toContain(33);
  });

  it('restores a shard from its records as a commit of nobody', async () => {
    const ledger = await newRun(use().redis, 4, 4);
    expect(await restoreShard(ledger, 0, outcomes('cwqd'))).toMatchObject({ result: 'committed', done: 3, correct: 1 });
    expect(await commitShard(ledger, 0, outcomes('dddd'), 'gpu-0')).toMatchObject({ result: 'already-committed' });
    expect(await statusOf(ledger)).toMatchObject({ done: 3, quarantined: 1, workers: [] });
  });

  it('keeps keys, messages and worker names of any characters, and shortens long messages', async () => {
    const ledger = await newRun(use().redis, 2, 2);
    const key = `a b+#%"'\\ü猫${'x'.repeat(900)}`;
    await commitShard(
      ledger,
      0,
      [
        { status: 'quarantined', key, error: { code: 'corrupt', message: `line\n"${'m'.repeat(5000)}` } },
        { status: 'done', key: 'b' },
      ],
      'gpu "0" ü',
    );
    const { latestFailures, workers } = await statusOf(ledger);
    expect(latestFailures[0]?.key).toBe(key);
    expect(latestFailures[0]?.message).toHaveLength(300);
    expect(workers[0]?.name).toBe('gpu "0" ü');
  });
});
