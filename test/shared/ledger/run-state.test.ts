import { describe, expect, it } from 'vitest';
import { completeRun, tryFinish } from '../../../src/shared/ledger/finish.ts';
import { reopenRun } from '../../../src/shared/ledger/reopen.ts';
import { openRunLedger, type RunLedger } from '../../../src/shared/ledger/run-keys.ts';
import { cancelRun, failRun, type Move, pauseRun, resumeRun } from '../../../src/shared/ledger/run-state.ts';
import { endPlanning } from '../../../src/shared/ledger/runs.ts';
import { commitShard } from '../../../src/shared/ledger/settle-shard.ts';
import { newRun, outcomes, redisProgram, statusOf, useRedis } from './fixture.ts';

const moves: Record<string, (ledger: RunLedger) => Promise<Move>> = {
  pause: pauseRun,
  resume: resumeRun,
  cancel: cancelRun,
  fail: (ledger) => failRun(ledger, 'access-denied', 'No access to s3://bucket. Ask its owner.'),
  reopen: reopenRun,
};

const tally = { done: 4, quarantined: 0, labelled: 0, correct: 0, failures: {} };

describe.skipIf(redisProgram === null)('the states of a run', () => {
  const use = useRedis();

  async function runIn(state: string): Promise<RunLedger> {
    const ledger = await newRun(use().redis, 4, state === 'planning' ? null : 4);
    if (state === 'paused') await pauseRun(ledger);
    if (state === 'cancelled') await cancelRun(ledger);
    if (state === 'failed') await failRun(ledger, 'no-space', 'The disk is full. Make room.');
    if (state === 'finishing' || state === 'complete') {
      await commitShard(ledger, 0, outcomes('dddd'), 'gpu-0');
      const finish = await tryFinish(ledger, 60_000);
      if (finish.result !== 'finisher') throw new Error(finish.result);
      if (state === 'complete') await completeRun(ledger, finish.fence, tally);
    }
    expect((await statusOf(ledger)).state).toBe(state);
    return ledger;
  }

  // Columns: pause, resume, cancel, fail, reopen. A state: moved there; `=`: already there; `-`: not allowed.
  it.each([
    ['planning', 'paused', '=', 'cancelled', 'failed', '-'],
    ['running', 'paused', '=', 'cancelled', 'failed', 'paused'],
    ['paused', '=', 'running', 'cancelled', 'failed', '='],
    ['finishing', '-', '-', '-', 'failed', '-'],
    ['complete', '-', '-', '-', '-', 'paused'],
    ['cancelled', '-', '-', '=', '-', '-'],
    ['failed', '-', 'running', 'cancelled', '=', 'paused'],
  ])('from %s', async (state, ...expected) => {
    for (const [i, [name, move]] of Object.entries(moves).entries()) {
      const ledger = await runIn(state);
      const target = expected[i];
      const wanted =
        target === '='
          ? { result: 'already', state }
          : target === '-'
            ? { result: 'not-allowed', state }
            : { result: 'moved', state: target };
      expect(await move(ledger), `${name} from ${state}`).toEqual(wanted);
      expect((await statusOf(ledger)).state).toBe(wanted.state);
    }
  });

  it('goes back to planning when a run is paused, or fails, before planning has ended', async () => {
    const ledger = await runIn('planning');
    await pauseRun(ledger);
    expect(await resumeRun(ledger)).toEqual({ result: 'moved', state: 'planning' });
    await failRun(ledger, 'no-space', 'The disk is full. Make room.');
    expect(await resumeRun(ledger)).toEqual({ result: 'moved', state: 'planning' });
  });

  it('stays paused when planning ends in the meantime, and then runs', async () => {
    const ledger = await runIn('planning');
    await pauseRun(ledger);
    expect(await endPlanning(ledger, { expected: 4, shards: 1 })).toEqual({ result: 'planned' });
    expect((await statusOf(ledger)).state).toBe('paused');
    expect(await resumeRun(ledger)).toEqual({ result: 'moved', state: 'running' });
  });

  it('keeps the first reason of a failure, and drops it when the run is resumed', async () => {
    const ledger = await runIn('running');
    await failRun(ledger, 'no-space', 'The disk is full. Make room.');
    await failRun(ledger, 'access-denied', 'Something else.');
    const failed = await statusOf(ledger);
    expect(failed.reason).toEqual({ code: 'no-space', message: 'The disk is full. Make room.' });
    expect(failed.finished?.getTime()).toBeGreaterThanOrEqual(failed.created.getTime());
    await resumeRun(ledger);
    expect(await statusOf(ledger)).toMatchObject({ state: 'running', reason: null, finished: null });
  });

  it('says so when there is no such run', async () => {
    const ledger = openRunLedger(use().redis, 'never-created');
    for (const move of Object.values(moves)) expect(await move(ledger)).toEqual({ result: 'no-such-run' });
    expect(await use().redis.exists(ledger.key('run'))).toBe(0);
  });

  it('leaves only the summary of a cancelled run', async () => {
    const ledger = await newRun(use().redis, 4, 8);
    await commitShard(ledger, 0, outcomes('dddq'), 'gpu-0');
    await cancelRun(ledger);
    expect(await statusOf(ledger)).toMatchObject({ state: 'cancelled', done: 3, quarantined: 1, workers: [] });
    const dropped = (['images', 'shards', 'givenUp', 'attempts', 'workers'] as const).map(ledger.key);
    expect(await use().redis.exists(...dropped)).toBe(0);
  });
});
