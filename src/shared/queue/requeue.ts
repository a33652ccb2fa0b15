/** Puts shards of a run back into the queue, and takes them out of it. */

import { listAllShards } from '../ledger/cursor.ts';
import type { RunLedger } from '../ledger/run-keys.ts';
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
