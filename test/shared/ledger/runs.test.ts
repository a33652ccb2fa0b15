import { describe, expect, it } from 'vitest';
import { beat } from '../../../src/shared/ledger/beat.ts';
import { readStatus } from '../../../src/shared/ledger/read-status.ts';
import { openRunLedger, runRegistryKey } from '../../../src/shared/ledger/run-keys.ts';
import { cancelRun } from '../../../src/shared/ledger/run-state.ts';
import { createRun, endPlanning, forgetRun, listRuns } from '../../../src/shared/ledger/runs.ts';
import { commitShard } from '../../../src/shared/ledger/settle-shard.ts';
import { newRun, outcomes, redisProgram, statusOf, useRedis } from './fixture.ts';

const output = 's3://bucket/out';

describe.skipIf(redisProgram === null)('runs', () => {
  const use = useRedis();

  it('are found again by a producer that starts once more', async () => {
    const ledger = openRunLedger(use().redis, 'nightly-2026-11-25');
    expect(await createRun(ledger, { shardSize: 64, output })).toEqual({ result: 'created' });
    expect(await createRun(ledger, { shardSize: 64, output })).toEqual({ result: 'exists', state: 'planning' });
    expect(await endPlanning(ledger, { expected: 130, shards: 3 })).toEqual({ result: 'planned' });
    expect(await createRun(ledger, { shardSize: 64, output })).toEqual({ result: 'exists', state: 'running' });
    const status = await statusOf(ledger);
    expect(status).toMatchObject({ run: 'nightly-2026-11-25', output, shardSize: 64, expected: 130, shards: 3 });
    expect(Math.abs(status.now.getTime() - Date.now())).toBeLessThan(60_000);
  });

  it('refuse an id that belongs to a run with other settings', async () => {
    const ledger = await newRun(use().redis, 64);
    await expect(createRun(ledger, { shardSize: 32, output })).rejects.toMatchObject({
      code: 'run-differs',
      message: expect.stringContaining('64 images in a shard'),
    });
    await expect(createRun(ledger, { shardSize: 64, output: 's3://other' })).rejects.toMatchObject({
      code: 'run-differs',
    });
  });

  it.each(['', '{a}', 'a:b', 'a b', '-a', '../x', 'ü', 'x'.repeat(101)])('refuse the id %j', (id) => {
    expect(() => openRunLedger(use().redis, id)).toThrow(expect.objectContaining({ code: 'bad-run-id' }));
  });

  it('keep the plan that was fixed first', async () => {
    const ledger = await newRun(use().redis, 64);
    await endPlanning(ledger, { expected: 130, shards: 3 });
    expect(await endPlanning(ledger, { expected: 130, shards: 3 })).toEqual({ result: 'already-planned' });
    expect(await endPlanning(ledger, { expected: 131, shards: 3 })).toEqual({
      result: 'differs',
      expected: 130,
      shards: 3,
    });
  });

  it('refuse a plan of fewer images than are settled, or of shards that are not full', async () => {
    const ledger = await newRun(use().redis, 4);
    await commitShard(ledger, 0, outcomes('dddd'), 'gpu-0');
    await commitShard(ledger, 1, outcomes('dddd'), 'gpu-0');
    expect(await endPlanning(ledger, { expected: 7, shards: 2 })).toEqual({ result: 'too-few', settled: 8 });
    await expect(endPlanning(ledger, { expected: 8, shards: 3 })).rejects.toThrow('8 images are not 3 shards of 4');
    expect((await statusOf(ledger)).state).toBe('planning');
  });

  it('are listed newest first, without entries whose run is gone', async () => {
    const { redis } = use();
    await redis.flushall();
    const [old, recent] = [openRunLedger(redis, 'old'), openRunLedger(redis, 'recent')];
    await createRun(recent, { shardSize: 64, output, created: Date.now() });
    await createRun(old, { shardSize: 64, output, created: Date.now() - 1000 });
    await redis.zadd(runRegistryKey, Date.now() + 1000, 'being-created');
    await redis.zadd(runRegistryKey, Date.now() - 2 * 3_600_000, 'left-over');
    expect((await listRuns(redis)).map(({ run }) => run)).toEqual(['recent', 'old']);
    expect(await redis.zrange(runRegistryKey, '0', '-1')).toEqual(['old', 'recent', 'being-created']);
    expect((await listRuns(redis, 2)).map(({ run }) => run)).toEqual(['recent']);
  });

  it('are forgotten with all their keys once they have ended', async () => {
    const { redis } = use();
    const ledger = await newRun(redis, 4, 8);
    await commitShard(ledger, 0, outcomes('dddq'), 'gpu-0');
    expect(await forgetRun(ledger)).toEqual({ result: 'not-allowed', state: 'running' });
    await cancelRun(ledger);
    expect(await forgetRun(ledger)).toEqual({ result: 'forgotten' });
    expect(await redis.keys(`gradline:{${ledger.run}}:*`)).toEqual([]);
    expect(await redis.zscore(runRegistryKey, ledger.run)).toBeNull();
    expect(await readStatus(ledger)).toBeNull();
    expect(await forgetRun(ledger)).toEqual({ result: 'no-such-run' });
  });

  it('show a worker that is alive without commits, and do not count it faster than it is', async () => {
    const ledger = await newRun(use().redis, 4, 8);
    expect(await beat(ledger, 'gpu-0')).toEqual({ result: 'counted' });
    const status = await statusOf(ledger);
    expect(status.workers).toEqual([{ name: 'gpu-0', images: 0, lastSeen: expect.any(Date), imagesPerSecond: 0 }]);
    expect(status.secondsLeft).toBeNull();
    await cancelRun(ledger);
    expect(await beat(ledger, 'gpu-0')).toEqual({ result: 'run-not-running', state: 'cancelled' });
    expect(await use().redis.exists(ledger.key('workers'))).toBe(0);
  });

  it('remember at most 1,024 workers, and lose none of their images in the counts', async () => {
    const ledger = await newRun(use().redis, 1, 1100);
    for (let shard = 0; shard < 1100; shard += 1) await commitShard(ledger, shard, outcomes('d'), `gpu-${shard}`);
    const status = await statusOf(ledger);
    expect(status.workers).toHaveLength(1024);
    expect(status.workers.map(({ name }) => name)).toContain('gpu-1099');
    expect(status.done).toBe(1100);
  });
});
