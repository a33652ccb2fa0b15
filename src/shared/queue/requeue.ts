/** Puts shards of a run back into the queue, and takes them out of it. */

import { listAllShards } from '../ledger/cursor.ts';
import { needsEnding, outstandingWork } from '../ledger/outstanding-work.ts';
import type { RunStatus } from '../ledger/read-status.ts';
import { openRunLedger, type RedisClient, type RunLedger } from '../ledger/run-keys.ts';
import { enqueueShards, parseShardJobId, type ShardQueue, shardJobId } from './shard-queue.ts';

const removedAtOnce = 256;

/**
 * Makes sure that every shard below `end` that is not settled has a job. Shards that wait or are being done keep theirs.
 * @returns how many shards are not settled
 */
export async function requeueUnsettled(queue: ShardQueue, ledger: RunLedger, end: number): Promise<number> {
  await removeFailedJobs(queue, ledger.run);
  let found = 0;
  for await (const shards of listAllShards(ledger, 'unsettled', end)) {
    await enqueueShards(queue, ledger.run, shards);
    found += shards.length;
  }
  return found;
}

/**
 * With nothing in the queue, an unsettled shard that has been handed out has lost its job: it was dropped while its run was
 * paused, failed as stalled, or Redis came back without it. A shard that is being done keeps its job.
 *
 * @returns whether it looked for such shards: something waits otherwise, or no run has any
 */
export async function requeueLost(
  queue: ShardQueue,
  redis: RedisClient,
  ongoing: readonly RunStatus[],
): Promise<boolean> {
  const open = ongoing.filter((status) => outstandingWork(status) > 0 && !needsEnding(status));
  if (open.length === 0) return false;
  if ((await queue.getJobCountByTypes('waiting', 'delayed', 'prioritized')) > 0) return false;
  for (const { run, cursor } of open) await requeueUnsettled(queue, openRunLedger(redis, run), cursor);
  return true;
}

/** Jobs that failed for good are kept for a while, and would stand in the way of new ones with the same id. */
export async function removeFailedJobs(queue: ShardQueue, run: string): Promise<void> {
  const failed = await queue.getRanges(['failed'], 0, -1);
  await removeAll(
    queue,
    failed.filter((id) => parseShardJobId(id)?.run === run),
  );
}

/** Removes the jobs of shards; one that is being done stays and is dropped by its worker. */
export async function removeShardJobs(queue: ShardQueue, run: string, shards: readonly number[]): Promise<void> {
  await removeAll(
    queue,
    shards.map((shard) => shardJobId(run, shard)),
  );
}

async function removeAll(queue: ShardQueue, ids: readonly string[]): Promise<void> {
  for (let start = 0; start < ids.length; start += removedAtOnce) {
    await Promise.all(ids.slice(start, start + removedAtOnce).map((id) => queue.remove(id)));
  }
}
