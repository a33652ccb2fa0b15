/** Whether a worker can do its work: what Kubernetes asks at `/livez` and `/readyz`. */

import type { RedisClient } from '../../shared/ledger/run-keys.ts';
import { redisProblem } from '../../shared/metrics/redis-problem.ts';
import type { WatchedThread } from '../pipeline/inference/inference-watch.ts';

/** Longer than one session run takes, or compiling a large model for TensorRT. */
const usualStuckAfter = 900;

export class WorkerHealth {
  /** Seconds of silence after which an inference thread with work counts as stuck. */
  readonly #stuckAfter: number;
  readonly #threads = new Set<WatchedThread>();
  #redis: RedisClient | null = null;
  #phase: 'starting' | 'working' | 'stopping' = 'starting';
  /** Runs whose model is being opened, and those where that failed, with the reason. */
  readonly #opening = new Map<string, { problem: string | null }>();

  constructor(stuckAfter = usualStuckAfter) {
    this.#stuckAfter = stuckAfter;
  }

  /** @returns to be called when the thread ends */
  onThread(thread: WatchedThread): () => void {
    this.#threads.add(thread);
    return () => this.#threads.delete(thread);
  }

  connected(redis: RedisClient): void {
    this.#redis = redis;
  }

  /** Whether it has taken shards, or may have. */
  get hasBegun(): boolean {
    return this.#phase !== 'starting';
  }

  /** From `working` on it takes shards. */
  enter(phase: 'working' | 'stopping'): void {
    this.#phase = phase;
  }

  /** Opens the model of a run. What fails stays a problem until it works, or the run needs no worker any more. */
  async opening<T>(run: string, open: () => Promise<T>): Promise<T> {
    this.#opening.set(run, { problem: null });
    try {
      const opened = await open();
      this.#opening.delete(run);
      return opened;
    } catch (error) {
      this.#opening.set(run, { problem: error instanceof Error ? error.message : String(error) });
      throw error;
    }
  }

  /** @param runs those that need a worker */
  onlyRuns(runs: readonly string[]): void {
    for (const run of this.#opening.keys()) {
      if (!runs.includes(run)) this.#opening.delete(run);
    }
  }

  /** What only a restart mends, in a sentence; null: nothing. */
  notLive(): string | null {
    const silences = [...this.#threads].map((thread) => thread.silence() ?? 0);
    const longest = Math.max(0, ...silences);
    if (longest <= this.#stuckAfter) return null;
    return `An inference thread is stuck: it has work, and no sign of life for ${Math.floor(longest)} s.`;
  }

  /** Why it cannot work now, in a sentence; null: it can, or waits for work. */
  async notReady(): Promise<string | null> {
    if (this.#phase === 'stopping') return 'The worker stops.';
    const problem = await redisProblem(this.#redis);
    if (problem !== null) return problem;
    for (const [run, { problem }] of this.#opening) {
      return problem === null
        ? `The model of run ${run} is not warm yet.`
        : `The model of run ${run} cannot be opened: ${problem}`;
    }
    return this.#phase === 'working' ? null : 'The worker is starting.';
  }
}
