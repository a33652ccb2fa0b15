/** What of a run needs a worker: by it a fleet grows from nothing and shrinks to nothing again. */

import type { RunStatus } from './read-status.ts';

type Progress = Pick<RunStatus, 'state' | 'backlog' | 'shards' | 'settledShards'>;

/** Whether only the ending is left to do: every shard is settled, and a worker has to merge the output. */
export function needsEnding({ state, shards, settledShards }: Progress): boolean {
  return state === 'finishing' || (state === 'running' && shards === settledShards);
}

/**
 * Shards that were handed out and are not settled, whatever became of their jobs: they wait, are being done, were being done by a
 * worker that died, or lost their job. The queue's keys do not show the last two, nor the ending of a run, which counts as one. Shards
 * that the producer has not handed out need the producer first.
 */
export function outstandingWork(progress: Progress): number {
  if (needsEnding(progress)) return 1;
  // A paused run takes up no shard; a run that ended is nobody's work.
  return progress.state === 'planning' || progress.state === 'running' ? progress.backlog : 0;
}
