import { describe, expect, it } from 'vitest';
import { listShards } from '../../../src/shared/ledger/cursor.ts';
import { completeRun, tryFinish } from '../../../src/shared/ledger/finish.ts';
import { reopenRun, reopenShard } from '../../../src/shared/ledger/reopen.ts';
import type { RunLedger } from '../../../src/shared/ledger/run-keys.ts';
import { resumeRun } from '../../../src/shared/ledger/run-state.ts';
import { commitShard, giveUpShard } from '../../../src/shared/ledger/settle-shard.ts';
import type { Tally } from '../../../src/shared/run/tally.ts';
import { newRun, outcomes, redisProgram, statusOf, useRedis } from './fixture.ts';

const tallies: Tally[] = [
  { done: 3, quarantined: 1, labelled: 2, correct: 1, failures: { corrupt: 1 } },
  { done: 4, quarantined: 0, labelled: 0, correct: 0, failures: {} },
];
const whole: Tally = { done: 7, quarantined: 1, labelled: 2, correct: 1, failures: { corrupt: 1 } };

describe.skipIf(redisProgram === null)('doing failed images of a run again', () => {
  const use = useRedis();

  /** Ten images: shard 0 with a quarantined one, shard 1 fine, shard 2 given up. */
  async function completeRunWithFailures(): Promise<RunLedger> {
    const ledger = await newRun(use().redis, 4, 10);
    await commitShard(ledger, 0, outcomes('cwdq', 'corrupt'), 'gpu-0');
    await commitShard(ledger, 1, outcomes('dddd'), 'gpu-0');
    await giveUpShard(ledger, 2, 2, { code: 'unavailable', message: 'S3 did not answer.' });
    const finish = await tryFinish(ledger, 60_000);
    if (finish.result !== 'finisher') throw new Error(finish.result);
    await completeRun(ledger, finish.fence, whole);
    return ledger;
  }

  it('takes their shards out of the counts, does them again and completes a second time', async () => {
    const ledger = await completeRunWithFailures();
    expect(await reopenRun(ledger)).toEqual({ result: 'moved', state: 'paused' });
    expect(await listShards(ledger, 'given-up', 0, 3)).toEqual({ result: 'shards', shards: [2] });
    expect(await reopenShard(ledger, 0, tallies[0] ?? null)).toEqual({ result: 'reopened' });
    expect(await reopenShard(ledger, 2, null)).toEqual({ result: 'reopened' });
    const reopened = await statusOf(ledger);
    expect(reopened).toMatchObject({
      state: 'paused',
      finished: null,
      settledShards: 1,
      givenUpShards: 0,
      backlog: 2,
      done: 4,
      quarantined: 0,
      labelled: 0,
      correct: 0,
      missing: 0,
    });
    expect(reopened.failures).toEqual({});
    expect(reopened.latestFailures).toEqual([]);
    expect(await listShards(ledger, 'unsettled', 0, 3)).toEqual({ result: 'shards', shards: [0, 2] });

    await resumeRun(ledger);
    await commitShard(ledger, 0, outcomes('cwdc'), 'gpu-0');
    expect(await tryFinish(ledger, 60_000)).toMatchObject({ result: 'unfinished', settledShards: 2 });
    expect(await commitShard(ledger, 1, outcomes('qqqq'), 'gpu-0')).toMatchObject({ result: 'already-committed' });
    await commitShard(ledger, 2, outcomes('dd'), 'gpu-0');
    expect(await statusOf(ledger)).toMatchObject({ done: 10, quarantined: 0, labelled: 3, correct: 2, backlog: 0 });
    expect(await tryFinish(ledger, 60_000)).toEqual({ result: 'finisher', fence: 2, attempt: 1 });
  });

  it('still counts a shard that was given up, when its worker comes after all', async () => {
    const ledger = await completeRunWithFailures();
    await reopenRun(ledger);
    expect(await commitShard(ledger, 2, outcomes('dd'), 'gpu-0')).toMatchObject({
      result: 'committed',
      done: 9,
      missing: 0,
    });
  });

  it('changes nothing when the same steps are taken again after a crash', async () => {
    const ledger = await completeRunWithFailures();
    await reopenRun(ledger);
    await reopenShard(ledger, 0, tallies[0] ?? null);
    const before = await statusOf(ledger);
    expect(await reopenRun(ledger)).toEqual({ result: 'already', state: 'paused' });
    expect(await reopenShard(ledger, 0, tallies[0] ?? null)).toEqual({ result: 'already-open' });
    expect({ ...(await statusOf(ledger)), now: null }).toEqual({ ...before, now: null });
  });

  it('only reopens shards of a paused run, with as many images as they have', async () => {
    const ledger = await completeRunWithFailures();
    expect(await reopenShard(ledger, 1, tallies[1] ?? null)).toEqual({ result: 'not-paused', state: 'complete' });
    await reopenRun(ledger);
    expect(await reopenShard(ledger, 3, tallies[1] ?? null)).toEqual({ result: 'not-in-plan' });
    expect(await reopenShard(ledger, 1, null)).toEqual({ result: 'not-in-plan' });
    expect(await statusOf(ledger)).toMatchObject({ settledShards: 3, done: 7, quarantined: 1, missing: 2 });
  });
});
