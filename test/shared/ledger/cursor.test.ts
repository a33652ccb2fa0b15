import { describe, expect, it } from 'vitest';
import { advanceCursor, listShards } from '../../../src/shared/ledger/cursor.ts';
import { openRunLedger } from '../../../src/shared/ledger/run-keys.ts';
import { cancelRun, failRun } from '../../../src/shared/ledger/run-state.ts';
import { commitShard, giveUpShard } from '../../../src/shared/ledger/settle-shard.ts';
import { newRun, outcomes, redisProgram, statusOf, useRedis } from './fixture.ts';

const lost = { code: 'unavailable', message: 'S3 did not answer.' };

describe.skipIf(redisProgram === null)("the producer's cursor", () => {
  const use = useRedis();

  it('advances once, however often the same step is told', async () => {
    const ledger = await newRun(use().redis, 2);
    expect(await advanceCursor(ledger, 0, 10)).toEqual({ result: 'advanced', cursor: 10, backlog: 10 });
    expect(await advanceCursor(ledger, 0, 10)).toEqual({ result: 'already-advanced', cursor: 10, backlog: 10 });
    expect(await advanceCursor(ledger, 0, 5)).toEqual({ result: 'already-advanced', cursor: 10, backlog: 10 });
    expect(await advanceCursor(ledger, 10, 15)).toEqual({ result: 'advanced', cursor: 15, backlog: 15 });
  });

  it('tells a producer that is ahead or behind where to go on', async () => {
    const ledger = await newRun(use().redis, 2);
    await advanceCursor(ledger, 0, 10);
    expect(await advanceCursor(ledger, 20, 30)).toMatchObject({ result: 'cursor-elsewhere', cursor: 10 });
    expect(await advanceCursor(ledger, 5, 15)).toMatchObject({ result: 'cursor-elsewhere', cursor: 10 });
    expect((await statusOf(ledger)).cursor).toBe(10);
  });

  it('lets one of many producers advance', async () => {
    const ledger = await newRun(use().redis, 2);
    const clients = await Promise.all(Array.from({ length: 6 }, () => use().connect()));
    const results = await Promise.all(clients.map((redis) => advanceCursor({ ...ledger, redis }, 0, 8)));
    expect(results.filter(({ result }) => result === 'advanced')).toHaveLength(1);
    expect(results.filter(({ result }) => result === 'already-advanced')).toHaveLength(5);
  });

  it('knows how many handed out shards are not settled, whichever came first', async () => {
    const ledger = await newRun(use().redis, 2, 200);
    await advanceCursor(ledger, 0, 4);
    await commitShard(ledger, 1, outcomes('dd'), 'gpu-0');
    await giveUpShard(ledger, 2, 2, lost);
    expect((await statusOf(ledger)).backlog).toBe(2);
    // Workers are quick: these are done before the producer could say that it had enqueued them.
    await commitShard(ledger, 5, outcomes('dd'), 'gpu-0');
    await commitShard(ledger, 50, outcomes('dd'), 'gpu-0');
    expect((await statusOf(ledger)).backlog).toBe(2);
    expect(await advanceCursor(ledger, 4, 7)).toMatchObject({ cursor: 7, backlog: 4 });
    expect(await advanceCursor(ledger, 7, 100)).toMatchObject({ cursor: 100, backlog: 96 });
    // A given up shard that is done after all was settled before.
    await commitShard(ledger, 2, outcomes('dd'), 'gpu-0');
    expect((await statusOf(ledger)).backlog).toBe(96);
  });

  it('does not go beyond the plan, nor on in a run that has ended', async () => {
    const ledger = await newRun(use().redis, 2, 20);
    expect(await advanceCursor(ledger, 0, 11)).toEqual({ result: 'not-in-plan' });
    await failRun(ledger, 'no-space', 'The disk is full.');
    expect(await advanceCursor(ledger, 0, 10)).toEqual({ result: 'run-not-running', state: 'failed' });
    expect(await advanceCursor(openRunLedger(use().redis, 'never-created'), 0, 1)).toEqual({ result: 'no-such-run' });
    await expect(advanceCursor(ledger, 0, 8193)).rejects.toThrow(RangeError);
    await expect(advanceCursor(ledger, 3, 3)).rejects.toThrow(RangeError);
  });

  it('lists the shards that are still to be done, and those that were given up', async () => {
    const ledger = await newRun(use().redis, 2, 20);
    for (const shard of [0, 3, 9]) await commitShard(ledger, shard, outcomes('dd'), 'gpu-0');
    await giveUpShard(ledger, 4, 2, lost);
    expect(await listShards(ledger, 'unsettled', 0, 10)).toEqual({ result: 'shards', shards: [1, 2, 5, 6, 7, 8] });
    expect(await listShards(ledger, 'unsettled', 3, 7)).toEqual({ result: 'shards', shards: [5, 6] });
    expect(await listShards(ledger, 'given-up', 0, 10)).toEqual({ result: 'shards', shards: [4] });
    await cancelRun(ledger);
    expect(await listShards(ledger, 'unsettled', 0, 10)).toEqual({ result: 'run-not-running', state: 'cancelled' });
  });
});
