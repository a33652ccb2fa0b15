/** What a worker does beside its shards, every few seconds: it shows that it is alive and looks for what was left behind. */

import { beat } from '../../shared/ledger/beat.ts';
import { needsEnding, outstandingWork } from '../../shared/ledger/outstanding-work.ts';
import type { RunStatus } from '../../shared/ledger/read-status.ts';
import { openRunLedger, type RedisClient } from '../../shared/ledger/run-keys.ts';
import { readRuns } from '../../shared/ledger/runs.ts';
import { requeueLost } from '../../shared/queue/requeue.ts';
import type { ShardQueue } from '../../shared/queue/shard-queue.ts';
import { RunClosed } from './failures.ts';
import type { OpenRuns } from './open-runs.ts';
import type { RunEnding } from './run-ending.ts';
import type { WorkerHealth } from './worker-health.ts';

export interface UpkeepTools {
  redis: RedisClient;
  queue: ShardQueue;
  worker: string;
  /** Execution provider, with its cards: `cuda:0,1`. */
  provider: string;
  runs: OpenRuns;
  ending: RunEnding;
  health: WorkerHealth;
  /** Whether a shard is under way here. */
  busy(): boolean;
  /** Milliseconds. */
  longestLoopDelay(): number;
  onWarning(message: string): void;
}

/** Milliseconds between two looks, and between two searches for shards without a job. */
export interface UpkeepIntervals {
  look: number;
  sweep: number;
}

export class Upkeep {
  readonly #tools: UpkeepTools;
  readonly #intervals: UpkeepIntervals;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;
  #looking: Promise<void> = Promise.resolve();
  #nextSweep = 0;
  readonly #onEmpty: () => void;

  /** @param onEmpty called, each time anew, when this worker is idle and no run has work for it */
  constructor(tools: UpkeepTools, intervals: UpkeepIntervals, onEmpty: () => void) {
    this.#tools = tools;
    this.#intervals = intervals;
    this.#onEmpty = onEmpty;
  }

  start(): void {
    this.#schedule(0);
  }

  /** Looks as soon as it can: something ended. */
  soon(): void {
    clearTimeout(this.#timer);
    void this.#looking.finally(() => this.#schedule(0));
  }

  async end(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  #schedule(delay: number): void {
    if (this.#ended) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#looking = this.#look()
        // Redis is away or busy: the next look is soon.
        .catch((error: unknown) => this.#tools.onWarning(error instanceof Error ? error.message : String(error)))
        .finally(() => this.#schedule(this.#intervals.look));
    }, delay);
  }

  async #look(): Promise<void> {
    for (const run of this.#tools.runs.names) await this.#beat(run);
    if (this.#tools.busy()) return;
    const active = (await readRuns(this.#tools.redis)).ongoing.filter(({ state }) => state !== 'paused');
    this.#tools.health.onlyRuns(active.map(({ run }) => run));
    for (const status of active) this.#finishLeftBehind(status);
    const own = active.filter(({ run }) => !this.#tools.runs.leaves(run));
    if (own.length === 0 && !this.#tools.ending.busy && !this.#tools.busy()) {
      this.#onEmpty();
      return;
    }
    await this.#sweep(active);
  }

  async #beat(run: string): Promise<void> {
    const { redis, worker, provider, runs } = this.#tools;
    const reply = await beat(openRunLedger(redis, run), worker, this.#tools.longestLoopDelay(), provider);
    if (reply.result === 'counted') return;
    const over = reply.result === 'no-such-run' || reply.state === 'cancelled' || reply.state === 'failed';
    if (over) await runs.abandon(run, new RunClosed(reply));
    else runs.retire(run);
  }

  /** The worker that settled the last shard may have died, or the finisher. */
  #finishLeftBehind(status: RunStatus): void {
    if (needsEnding(status)) this.#tools.ending.look(openRunLedger(this.#tools.redis, status.run));
  }

  async #sweep(active: RunStatus[]): Promise<void> {
    if (performance.now() < this.#nextSweep || active.every((status) => outstandingWork(status) === 0)) return;
    const { redis, queue } = this.#tools;
    if (await requeueLost(queue, redis, active)) this.#nextSweep = performance.now() + this.#intervals.sweep;
  }
}
