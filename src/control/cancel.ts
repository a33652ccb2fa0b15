import { UserError } from '../explain/user-error.ts';
import { listAllShards } from '../shared/ledger/cursor.ts';
import type { RedisClient } from '../shared/ledger/run-keys.ts';
import { cancelRun } from '../shared/ledger/run-state.ts';
import { removeFailedJobs, removeShardJobs } from '../shared/queue/requeue.ts';
import { openShardQueue } from '../shared/queue/shard-queue.ts';
import { findRun, noSuchRun } from './find-run.ts';
import type { Moved } from './pause.ts';
import { tellRunState } from './run-state-file.ts';

/**
 * Ends a run for good and takes its shards out of the queue. What is stored stays. Jobs that a producer adds at the same moment
 * are dropped by the workers.
 * @throws UserError `no-such-run`, `not-allowed`
 */
export async function cancel(redis: RedisClient, run: string): Promise<Moved> {
  const { ledger, status } = await findRun(redis, run, 0);
  // Afterwards the ledger no longer knows which they were.
  const waiting: number[] = [];
  for await (const shards of listAllShards(ledger, 'unsettled', status.cursor)) waiting.push(...shards);
  const move = await cancelRun(ledger);
  if (move.result === 'no-such-run') throw await noSuchRun(redis, run, status.output);
  if (move.result === 'not-allowed') {
    throw new UserError('not-allowed', `Run ${run} is ${move.state}: it cannot be cancelled any more.`);
  }
  const queue = openShardQueue(redis);
  try {
    await removeShardJobs(queue, run, waiting);
    await removeFailedJobs(queue, run);
  } finally {
    await queue.close();
  }
  const warning = move.result === 'moved' ? await tellRunState(status.output, 'cancelled') : null;
  return { run, state: move.state, changed: move.result === 'moved', warning };
}
