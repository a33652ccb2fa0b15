/** What a worker is told when it starts, and what it tells. */

import type { Precision } from '../../explain/options.ts';
import type { MaxFailures } from '../../shared/run/max-failures.ts';
import type { Provider } from '../pipeline/provider.ts';

export interface WorkerSettings {
  /** Address of Redis; may hold a password. */
  redis: string;
  /** Names the worker in the ledger. */
  name: string;
  /** Shards under way at once. */
  concurrency: number;
  /** Instead of the one that the run's configuration names: devices belong to workers. */
  provider: Provider;
  /** In which runs may be computed: others are left to other workers. */
  precisions: readonly Precision[];
  /** Threads inside one operator; null: ONNX Runtime's own choice. */
  threads: number | null;
  /** Threads in which images are decoded, drawn and stored; null: one for each core. */
  pixelThreads: number | null;
  /** Folder where models from buckets are kept. */
  modelCache: string;
  /** Instead of each run's own limit; null: that. */
  maxFailures: MaxFailures | null;
  /** Crashes with one image alone at work after which it is quarantined. */
  crashLimit: number;
  /** Milliseconds in which a worker that is told to stop has ended. */
  drainDeadline: number;
  /** Milliseconds of silence after which a worker's shards, or its finishing of a run, go to another. */
  lockDuration: number;
  /** End when no run has work. */
  untilEmpty: boolean;
}

/** What a message is about. */
export interface Where {
  run?: string;
  shard?: number;
  /** Key of an image. */
  image?: string;
}

export interface WorkerEvents {
  /** The model is loaded and has explained a first batch. */
  onRunOpened(run: { run: string; output: string; batchSize: number; lastLayer: string | null }): void;
  /** Takes work from now on. */
  onReady(): void;
  onShard(shard: { run: string; shard: number; done: number; quarantined: number }): void;
  /** The queue brings it again, here or elsewhere. */
  onShardFailed(shard: { run: string; shard: number; attempt: number; message: string }): void;
  /** An image was quarantined: the key, and why. */
  onImageFailed(failure: { run: string; shard: number; image: string; code: string; message: string }): void;
  onRunCompleted(run: { run: string; images: number; quarantined: number; missing: number }): void;
  /** The run stopped for a reason that every shard would meet. Told by the one worker that stopped it. */
  onRunFailed(run: { run: string; code: string; message: string }): void;
  onWarning(message: string, where?: Where): void;
  onDraining(shards: number): void;
}

export interface WorkerSummary {
  /** Committed by this worker. */
  shards: number;
  images: number;
  /** Shards that went back to the queue when it was told to stop. */
  handedBack: number;
  /** Longest time that the event loop was held up, in milliseconds. */
  longestLoopDelay: number;
}
