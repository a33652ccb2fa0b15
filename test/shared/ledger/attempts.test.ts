import { describe, expect, it } from 'vitest';
import { clearBreadcrumb, releaseShard, setBreadcrumb, startShard } from '../../../src/shared/ledger/attempts.ts';
import { openRunLedger } from '../../../src/shared/ledger/run-keys.ts';
import { cancelRun, pauseRun } from '../../../src/shared/ledger/run-state.ts';
import { commitShard, giveUpShard } from '../../../src/shared/ledger/settle-shard.ts';
import { newRun, outcomes, redisProgram, statusOf, useRedis } from './fixture.ts';
import { readAttempts } from './read-attempts.ts';

describe.skipIf(redisProgram === null)('attempts at a shard and their breadcrumbs', () => {
  const use = useRedis();

  it('starts without crashes, and again with the same token without any', async () => {
    const ledger = await newRun(use().redis, 4, 8);
    const started = { result: 'started', crashes: 0, suspects: [] };
    expect(await startShard(ledger, 1, 'token-1', 'gpu-0')).toEqual(started);
    expect(await startShard(ledger, 1, 'token-1', 'gpu-0')).toEqual(started);
    expect(await readAttempts(ledger)).toEqual([
      { shard: 1, worker: 'gpu-0', since: expect.any(Number), image: null, crashes: 0, suspects: [] },
    ]);
  });

  it('counts a crash when the attempt before ended in neither commit nor release', async () => {
    const ledger = await newRun(use().redis, 4, 8);
    await startShard(ledger, 1, 'token-1', 'gpu-0');
    expect(await startShard(ledger, 1, 'token-2', 'gpu-1')).toEqual({ result: 'started', crashes: 1, suspects: [] });
    expect(await startShard(ledger, 1, 'token-3', 'gpu-0')).toMatchObject({ crashes: 2 });
    expect(await statusOf(ledger)).toMatchObject({ crashes: 2, shardsUnderWay: 1 });
  });

  it('names the image that was in flight each time the process died', async () => {
    const ledger = await newRun(use().redis, 4, 8);
    const image = { place: 2, key: 'a "b"+#%/ü猫.jpg' };
    await startShard(ledger, 1, 'token-1', 'gpu-0');
    expect(await setBreadcrumb(ledger, 1, 'token-1', { place: 1, key: 'before.jpg' })).toEqual({ result: 'set' });
    await setBreadcrumb(ledger, 1, 'token-1', image);
    expect((await readAttempts(ledger))[0]).toMatchObject({ shard: 1, worker: 'gpu-0', image });
    const second = await startShard(ledger, 1, 'token-2', 'gpu-1');
    expect(second).toEqual({ result: 'started', crashes: 1, suspects: [{ ...image, crashes: 1 }] });
    expect((await readAttempts(ledger))[0]).toMatchObject({ worker: 'gpu-1', image: null });
    await setBreadcrumb(ledger, 1, 'token-2', { place: 0, key: 'other.jpg' });
    await startShard(ledger, 1, 'token-3', 'gpu-1');
    await setBreadcrumb(ledger, 1, 'token-3', image);
    expect(await startShard(ledger, 1, 'token-4', 'gpu-1')).toMatchObject({
      crashes: 3,
      suspects: [
        { place: 0, key: 'other.jpg', crashes: 1 },
        { ...image, crashes: 2 },
      ],
    });
  });

  it('suspects no image after its breadcrumb was cleared', async () => {
    const ledger = await newRun(use().redis, 4, 8);
    await startShard(ledger, 1, 'token-1', 'gpu-0');
    await setBreadcrumb(ledger, 1, 'token-1', { place: 1, key: 'a.jpg' });
    expect(await clearBreadcrumb(ledger, 1, 'token-1')).toEqual({ result: 'cleared' });
    expect(await startShard(ledger, 1, 'token-2', 'gpu-0')).toMatchObject({ crashes: 1, suspects: [] });
  });

  it('counts no crash after a release, and keeps what is known of earlier ones', async () => {
    const ledger = await newRun(use().redis, 4, 8);
    await startShard(ledger, 0, 'token-1', 'gpu-0');
    expect(await releaseShard(ledger, 0, 'token-1')).toEqual({ result: 'released' });
    expect(await readAttempts(ledger)).toEqual([]);
    expect(await startShard(ledger, 0, 'token-2', 'gpu-0')).toMatchObject({ crashes: 0 });
    await setBreadcrumb(ledger, 0, 'token-2', { place: 3, key: 'a.jpg' });
    await startShard(ledger, 0, 'token-3', 'gpu-0');
    await releaseShard(ledger, 0, 'token-3');
    expect(await readAttempts(ledger)).toEqual([
      {
        shard: 0,
        worker: null,
        since: null,
        image: null,
        crashes: 1,
        suspects: [{ place: 3, key: 'a.jpg', crashes: 1 }],
      },
    ]);
    expect(await startShard(ledger, 0, 'token-4', 'gpu-0')).toMatchObject({
      crashes: 1,
      suspects: [{ place: 3, key: 'a.jpg', crashes: 1 }],
    });
  });

  it('tells a worker that was held up that another has its shard', async () => {
    const ledger = await newRun(use().redis, 4, 8);
    await startShard(ledger, 1, 'frozen', 'gpu-0');
    await startShard(ledger, 1, 'taker', 'gpu-1');
    await setBreadcrumb(ledger, 1, 'taker', { place: 2, key: 'a.jpg' });
    const superseded = { result: 'superseded' };
    expect(await setBreadcrumb(ledger, 1, 'frozen', { place: 0, key: 'b.jpg' })).toEqual(superseded);
    expect(await clearBreadcrumb(ledger, 1, 'frozen')).toEqual(superseded);
    expect(await releaseShard(ledger, 1, 'frozen')).toEqual(superseded);
    expect((await readAttempts(ledger))[0]).toMatchObject({ worker: 'gpu-1', image: { place: 2, key: 'a.jpg' } });
  });

  it('forgets attempt and crashes with the commit, and does not start the shard again', async () => {
    const ledger = await newRun(use().redis, 4, 8);
    await startShard(ledger, 1, 'token-1', 'gpu-0');
    await startShard(ledger, 1, 'token-2', 'gpu-0');
    await commitShard(ledger, 1, outcomes('dddd'), 'gpu-0');
    expect(await readAttempts(ledger)).toEqual([]);
    expect(await startShard(ledger, 1, 'token-3', 'gpu-1')).toEqual({ result: 'already-committed' });
    expect(await setBreadcrumb(ledger, 1, 'token-2', { place: 0, key: 'a' })).toEqual({ result: 'superseded' });
    expect(await readAttempts(ledger)).toEqual([]);
  });

  it('does not start a shard that was given up, lies outside the plan, or whose run does not run', async () => {
    const ledger = await newRun(use().redis, 4, 8);
    await giveUpShard(ledger, 1, 4, { code: 'unavailable', message: 'S3 did not answer.' });
    expect(await startShard(ledger, 1, 'token-1', 'gpu-0')).toEqual({ result: 'given-up' });
    expect(await startShard(ledger, 2, 'token-1', 'gpu-0')).toEqual({ result: 'not-in-plan' });
    await pauseRun(ledger);
    expect(await startShard(ledger, 0, 'token-1', 'gpu-0')).toEqual({ result: 'run-not-running', state: 'paused' });
    await cancelRun(ledger);
    expect(await startShard(ledger, 0, 'token-1', 'gpu-0')).toEqual({ result: 'run-not-running', state: 'cancelled' });
    expect(await startShard(openRunLedger(use().redis, 'never-created'), 0, 'token-1', 'gpu-0')).toEqual({
      result: 'no-such-run',
    });
    expect(await readAttempts(ledger)).toEqual([]);
  });
});
