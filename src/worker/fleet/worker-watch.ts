/** What is told of a worker's work while it does it, for metrics: more and finer than its events. */

import type { WatchedThread } from '../pipeline/inference/inference-watch.ts';
import type { SettledImage } from '../pipeline/settled-image.ts';
import type { StageWatch } from '../pipeline/stage-watch.ts';

export interface WorkerWatch extends StageWatch {
  onBatch(batch: { images: number; places: number; seconds: number }): void;
  onThread(thread: WatchedThread): () => void;
  /** A shard is begun. @returns to be called when nothing of it is under way any more */
  onShardBegun(): () => void;
  /** The records of a shard that was committed. */
  onCommitted(records: readonly SettledImage[]): void;
  /** `failed`: the queue brings the shard again. */
  onNotCommitted(outcome: 'failed' | 'given-up' | 'handed-back'): void;
  /** A shard whose worker has gone silent is back in the queue. */
  onStalled(): void;
}

/** For a worker that nobody watches. */
export const unwatched: WorkerWatch = {
  onStage: () => undefined,
  onRetry: () => undefined,
  onBatch: () => undefined,
  onThread: () => () => undefined,
  onShardBegun: () => () => undefined,
  onCommitted: () => undefined,
  onNotCommitted: () => undefined,
  onStalled: () => undefined,
};
