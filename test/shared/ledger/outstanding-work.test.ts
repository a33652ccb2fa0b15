import { beforeEach, describe, expect, it } from 'vitest';
import { startShard } from '../../../src/shared/ledger/attempts.ts';
import { advanceCursor } from '../../../src/shared/ledger/cursor.ts';
import { completeRun, tryFinish } from '../../../src/shared/ledger/finish.ts';
import { outstandingWork } from '../../../src/shared/ledger/outstanding-work.ts';
import { openRunLedger, type RunLedger } from '../../../src/shared/ledger/run-keys.ts';
import { cancelRun, failRun, pauseRun, resumeRun } from '../../../src/shared/ledger/run-state.ts';
import { createRun, endPlanning, readRuns } from '../../../src/shared/ledger/runs.ts';
import { commitShard, giveUpShard } from '../../../src/shared/ledger/settle-shard.ts';
import { newRun, outcomes, redisProgram, statusOf, useRedis } from './fixture.ts';

describe.skipIf(redisProgram === null)('outstanding work', () => {
  const use = useRedis();
  beforeEach(() => use().redis.flushall());

  const work = async (ledger: RunLedger) => outstandingWork(await statusOf(ledger));
  const commit = (ledger: RunLedger, shard: number) => commitShard(ledger, shard, outcomes('dddd'), 'gpu-0');

  /** Ten shards of which eight are handed out. */
  async function handedOut(expected: number | null = 40): Promise<RunLedger> {
    const ledger = await newRun(use().redis, 4, expected);
    await advanceCursor(ledger, 0, 8);
    return ledger;
  }

  it('is what was handed out of a run that is still being planned, and nothing before', async () => {
    expect(await work(await newRun(use().redis, 4))).toBe(0);
    const ledger = await handedOut(null);
    expect(await work(ledger)).toBe(8);
    await commit(ledger, 0);
    expect(await work(ledger)).toBe(7);
  });

  it('leaves out what only the producer can hand out', async () => {
    const ledger = await handedOut();
    for (let shard = 0; shard < 8; shard += 1) await commit(ledger, shard);
    expect(await work(ledger)).toBe(0);
    await advanceCursor(ledger, 8, 10);
    expect(await work(ledger)).toBe(2);
  });

  it('counts shards that a worker took up, whether it is alive or not, and those without a job', async () => {
    const ledger = await handedOut();
    // No queue has a job of this run: to the queue all of them are lost.
    for (let shard = 0; shard < 8; shard += 1) await startShard(ledger, shard, `token-${shard}`, 'gpu-0');
    expect(await work(ledger)).toBe(8);
  });

  it('counts a shard that was given up no more', async () => {
    const ledger = await handedOut();
    await giveUpShard(ledger, 3, 4, { code: 'unavailable', message: 'The store did not answer.' });
    expect(await work(ledger)).toBe(7);
  });

  it('is one for a run that only has to be ended, until it is complete', async () => {
    const ledger = await newRun(use().redis, 4, 8);
    await advanceCursor(ledger, 0, 2);
    await commit(ledger, 0);
    await commit(ledger, 1);
    expect(await work(ledger)).toBe(1);
    const finish = await tryFinish(ledger, 1);
    expect((await statusOf(ledger)).state).toBe('finishing');
    expect(await work(ledger)).toBe(1);
    if (finish.result !== 'finisher') throw new Error(finish.result);
    await completeRun(ledger, finish.fence, { done: 8, quarantined: 0, labelled: 0, correct: 0, failures: {} });
    expect(await work(ledger)).toBe(0);
  });

  it('is one for a run without images, too', async () => {
    expect(await work(await newRun(use().redis, 4, 0))).toBe(1);
  });

  it('is nothing of a run that is paused, failed or cancelled, and all of it again once it is resumed', async () => {
    const ledger = await handedOut();
    await pauseRun(ledger);
    expect(await work(ledger)).toBe(0);
    await resumeRun(ledger);
    expect(await work(ledger)).toBe(8);
    await failRun(ledger, 'access-denied', 'The bucket refuses.');
    expect(await work(ledger)).toBe(0);
    await resumeRun(ledger);
    await cancelRun(ledger);
    expect(await work(ledger)).toBe(0);
  });

  it('takes as many commands for 200,000 shards as for ten, and one for each run that has ended', async () => {
    const { redis } = use();
    const large = await newRun(redis, 1, 200_000);
    for (let from = 0; from < 100_000; from += 8_000) await advanceCursor(large, from, from + 8_000);
    await handedOut();
    for (let i = 0; i < 20; i += 1) {
      const ended = openRunLedger(redis, `ended-${i}`);
      await createRun(ended, { shardSize: 4, output: 's3://bucket/out' });
      await endPlanning(ended, { expected: 4, shards: 1 });
      await cancelRun(ended);
    }
    const processed = async () => Number(/total_commands_processed:(\d+)/.exec(await redis.info('stats'))?.[1]);
    const before = await processed();
    const { states, ongoing } = await readRuns(redis);
    // A script's own commands count too: five for each run that goes on.
    expect((await processed()) - before).toBeLessThan(1 + 22 + 2 * 8 + 2);
    expect(states).toHaveLength(22);
    expect(ongoing.map(outstandingWork).sort((a, b) => a - b)).toEqual([8, 104_000]);
  });
});
