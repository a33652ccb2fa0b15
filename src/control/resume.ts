import { UserError } from '../explain/user-error.ts';
import type { RedisClient } from '../shared/ledger/run-keys.ts';
import { resumeRun } from '../shared/ledger/run-state.ts';
import { requeueUnsettled } from '../shared/queue/requeue.ts';
import { openShardQueue } from '../shared/queue/shard-queue.ts';
import { findRun, noSuchRun } from './find-run.ts';
import type { Moved } from './pause.ts';
import { tellRunState } from './run-state-file.ts';

interface Resumed extends Moved {
  /** Shards that were handed out before and are not done: they have a job again. */
  requeued: number;
}

/**
 * Goes on with a paused or failed run: workers begin its shards again. Calling it for a run that goes puts back what was dropped.
 * @throws UserError `no-such-run`, `not-allowed`
 */
export async function resume(redis: RedisClient, run: string): Promise<Resumed> {
  const { ledger, status } = await findRun(redis, run, 0);
  const move = await resumeRun(ledger);
  if (move.result === 'no-such-run') throw await noSuchRun(redis, run, status.output);
  if (move.result === 'not-allowed') {
    throw new UserError('not-allowed', `Run ${run} is ${move.state}: only a paused or failed run can be resumed.`);
  }
  const queue = openShardQueue(redis);
  try {
    const requeued = await requeueUnsettled(queue, ledger, status.cursor);
    const toldFailed = status.state === 'failed' && move.state === 'running';
    const warning = toldFailed ? await tellRunState(status.output, 'running') : null;
    return { run, state: move.state, changed: move.result === 'moved', requeued, warning };
  } finally {
    await queue.close();
  }
}
