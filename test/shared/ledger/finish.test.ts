import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { completeRun, leaveFinish, renewFinish, tryFinish } from '../../../src/shared/ledger/finish.ts';
import { openRunLedger, type RunLedger } from '../../../src/shared/ledger/run-keys.ts';
import { cancelRun, failRun, pauseRun, resumeRun } from '../../../src/shared/ledger/run-state.ts';
import { endPlanning } from '../../../src/shared/ledger/runs.ts';
import { commitShard, giveUpShard } from '../../../src/shared/ledger/settle-shard.ts';
import { newRun, outcomes, redisProgram, statusOf, useRedis } from './fixture.ts';

const long = 600_000;
const tally = { done: 5, quarantined: 1, labelled: 3, correct: 2, failures: { corrupt: 1 } };

async function fenceOf(ledger: RunLedger, lease = long): Promise<number> {
  const finish = await tryFinish(ledger, lease);
  if (finish.result !== 'finisher') throw new Error(finish.result);
  return finish.fence;
}

describe.skipIf(redisProgram === null)('finishing a run', () => {
  const use = useRedis();

  /** Six images in two shards, all committed. */
  async function doneRun(): Promise<RunLedger> {
    const ledger = await newRun(use().redis, 4, 6);
    await commitShard(ledger, 0, outcomes('cwcd'), 'gpu-0');
    await commitShard(ledger, 1, outcomes('qd', 'corrupt'), 'gpu-1');
    return ledger;
  }

  it('waits for the end of planning and for the last shard', async () => {
    const ledger = await newRun(use().redis, 4);
    await commitShard(ledger, 0, outcomes('dddd'), 'gpu-0');
    expect(await tryFinish(ledger, long)).toMatchObject({ result: 'unfinished', shards: null, settledShards: 1 });
    await endPlanning(ledger, { expected: 6, shards: 2 });
    expect(await tryFinish(ledger, long)).toMatchObject({ result: 'unfinished', shards: 2, settledShards: 1 });
    await commitShard(ledger, 1, outcomes('dd'), 'gpu-0');
    expect(await tryFinish(ledger, long)).toEqual({ result: 'finisher', fence: 1, attempt: 1 });
    expect((await statusOf(ledger)).state).toBe('finishing');
  });

  it('makes exactly one of many callers the finisher', async () => {
    const ledger = await doneRun();
    const clients = await Promise.all(Array.from({ length: 8 }, () => use().connect()));
    const results = await Promise.all(
      clients.flatMap((redis) => [tryFinish({ ...ledger, redis }, long), tryFinish({ ...ledger, redis }, long)]),
    );
    expect(results.filter(({ result }) => result === 'finisher')).toHaveLength(1);
    expect(results.filter(({ result }) => result === 'finishing-elsewhere')).toHaveLength(15);
  });

  it('completes once, with the counts of the stored records, and keeps only the summary', async () => {
    const ledger = await doneRun();
    const fence = await fenceOf(ledger);
    // Of a doubly done shard the second part stays in the store: there the image was fine.
    const stored = { done: 6, quarantined: 0, labelled: 4, correct: 3, failures: {} };
    expect(await completeRun(ledger, fence, stored)).toEqual({ result: 'completed' });
    expect(await completeRun(ledger, fence, stored)).toEqual({ result: 'already-complete' });
    expect(await tryFinish(ledger, long)).toEqual({ result: 'already-complete' });
    const status = await statusOf(ledger);
    expect(status).toMatchObject({ state: 'complete', done: 6, quarantined: 0, labelled: 4, correct: 3, expected: 6 });
    expect(status.failures).toEqual({});
    expect(status.finished).not.toBeNull();
    expect(status.secondsLeft).toBe(0);
    const dropped = (['images', 'shards', 'attempts', 'workers'] as const).map(ledger.key);
    expect(await use().redis.exists(...dropped)).toBe(0);
  });

  it('keeps the codes of the quarantined images', async () => {
    const ledger = await doneRun();
    await completeRun(ledger, await fenceOf(ledger), tally);
    expect((await statusOf(ledger)).failures).toEqual({ corrupt: 1 });
  });

  it('does not complete with counts that do not make up the plan', async () => {
    const ledger = await doneRun();
    const fence = await fenceOf(ledger);
    const short = { ...tally, done: 4 };
    expect(await completeRun(ledger, fence, short)).toEqual({ result: 'counts-differ', expected: 6, missing: 0 });
    expect(await statusOf(ledger)).toMatchObject({ state: 'finishing', done: 5 });
  });

  it('ends with missing images when shards were given up', async () => {
    const ledger = await newRun(use().redis, 4, 6);
    await commitShard(ledger, 0, outcomes('dddd'), 'gpu-0');
    await giveUpShard(ledger, 1, 2, { code: 'unavailable', message: 'S3 did not answer.' });
    const fence = await fenceOf(ledger);
    expect(await completeRun(ledger, fence, { ...tally, done: 5 })).toMatchObject({
      result: 'counts-differ',
      missing: 2,
    });
    await completeRun(ledger, fence, { done: 4, quarantined: 0, labelled: 0, correct: 0, failures: {} });
    expect(await statusOf(ledger)).toMatchObject({ state: 'complete', done: 4, missing: 2, givenUpShards: 1 });
  });

  it('finds out when the images do not add up to the plan', async () => {
    const ledger = await newRun(use().redis, 4);
    // Before planning has ended, nobody knows that the first shard should be full.
    await commitShard(ledger, 0, outcomes('dd'), 'gpu-0');
    await endPlanning(ledger, { expected: 6, shards: 2 });
    await commitShard(ledger, 1, outcomes('dd'), 'gpu-0');
    expect(await tryFinish(ledger, long)).toMatchObject({ result: 'counts-differ', done: 4, expected: 6 });
    expect((await statusOf(ledger)).state).toBe('running');
  });

  it('hands the work to another, with a higher fence, when the finisher does not renew its lease', async () => {
    const ledger = await doneRun();
    const dead = await fenceOf(ledger, 1);
    await wait(5);
    const alive = await fenceOf(ledger);
    expect(alive).toBe(dead + 1);
    expect(await renewFinish(ledger, dead, long)).toEqual({ result: 'superseded' });
    expect(await completeRun(ledger, dead, tally)).toEqual({ result: 'superseded' });
    expect((await statusOf(ledger)).state).toBe('finishing');
    expect(await completeRun(ledger, alive, tally)).toEqual({ result: 'completed' });
    expect(await completeRun(ledger, dead, tally)).toEqual({ result: 'superseded' });
  });

  it('ends after ten finishers that all died, until the run is taken up again', async () => {
    const ledger = await doneRun();
    for (let attempt = 1; attempt <= 10; attempt += 1) {
      expect(await tryFinish(ledger, -1)).toMatchObject({ result: 'finisher', attempt });
    }
    expect(await tryFinish(ledger, -1)).toEqual({ result: 'too-often', attempts: 10 });
    await failRun(ledger, 'cannot-finish', 'Its finishers died.');
    await resumeRun(ledger);
    expect(await tryFinish(ledger, long)).toMatchObject({ result: 'finisher', attempt: 1 });
  });

  it('goes to the next caller at once when the finisher leaves, and that was no attempt', async () => {
    const ledger = await doneRun();
    const fence = await fenceOf(ledger);
    expect(await leaveFinish(ledger, fence)).toEqual({ result: 'left' });
    expect(await leaveFinish(ledger, fence)).toEqual({ result: 'superseded' });
    expect(await tryFinish(ledger, long)).toEqual({ result: 'finisher', fence: fence + 1, attempt: 1 });
    expect(await leaveFinish(ledger, fence)).toEqual({ result: 'superseded' });
    expect(await renewFinish(ledger, fence, long)).toEqual({ result: 'superseded' });
  });

  it('leaves the work to a finisher that renews its lease', async () => {
    const ledger = await doneRun();
    const fence = await fenceOf(ledger, 1);
    expect(await renewFinish(ledger, fence, long)).toEqual({ result: 'renewed' });
    const other = await tryFinish(ledger, long);
    expect(other).toMatchObject({ result: 'finishing-elsewhere' });
    expect(other.result === 'finishing-elsewhere' && other.leaseLeft).toBeGreaterThan(1000);
  });

  it('does not finish a paused, failed, cancelled or unknown run', async () => {
    const ledger = await doneRun();
    await pauseRun(ledger);
    expect(await tryFinish(ledger, long)).toEqual({ result: 'run-not-running', state: 'paused' });
    await failRun(ledger, 'no-space', 'The disk is full.');
    expect(await tryFinish(ledger, long)).toEqual({ result: 'run-not-running', state: 'failed' });
    await resumeRun(ledger);
    const fence = await fenceOf(ledger);
    await failRun(ledger, 'no-space', 'The disk is full.');
    expect(await completeRun(ledger, fence, tally)).toEqual({ result: 'run-not-running', state: 'failed' });
    await cancelRun(ledger);
    expect(await tryFinish(ledger, long)).toEqual({ result: 'run-not-running', state: 'cancelled' });
    expect(await tryFinish(openRunLedger(use().redis, 'never-created'), long)).toEqual({ result: 'no-such-run' });
  });

  it('finishes a run without images', async () => {
    const ledger = await newRun(use().redis, 4, 0);
    const none = { done: 0, quarantined: 0, labelled: 0, correct: 0, failures: {} };
    expect(await completeRun(ledger, await fenceOf(ledger), none)).toEqual({ result: 'completed' });
  });
});
