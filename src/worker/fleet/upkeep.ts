/** What a worker does beside its shards, every few seconds: it shows that it is alive and looks for what was left behind. */

import { beat } from '../../shared/ledger/beat.ts';
import type { RunStatus } from '../../shared/ledger/read-status.ts';
import { openRunLedger, type RedisClient } from '../../shared/ledger/run-keys.ts';
import { listRuns } from '../../shared/ledger/runs.ts';
import { requeueUnsettled } from '../../shared/queue/requeue.ts';
import type { ShardQueue } from '../../shared/queue/shard-queue.ts';
import { RunClosed } from './failures.ts';
import type { OpenRuns } from './open-runs.ts';
import type { RunEnding } from './run-ending.ts';

export interface UpkeepTools {
  redis: RedisClient;
  queue: ShardQueue;
  worker: string;
  runs: OpenRuns;
  ending: RunEnding;
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

  /** @param onEmpty called, each time anew, when this worker is idle and no run has work */
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
    const active = (await listRuns(this.#tools.redis)).filter(({ state }) => isActive(state));
    for (const status of active) this.#finishLeftBehind(status);
    if (active.length === 0 && !this.#tools.ending.busy && !this.#tools.busy()) {
      this.#onEmpty();
      return;
    }
    await this.#sweep(active);
  }

  async #beat(run: string): Promise<void> {
    const { redis, worker, runs } = this.#tools;
    const reply = await beat(openRunLedger(redis, run), worker, this.#tools.longestLoopDelay());
    if (reply.result === 'counted') return;
    const over = reply.result === 'no-such-run' || reply.state === 'cancelled' || reply.state === 'failed';
    if (over) await runs.abandon(run, new RunClosed(reply));
    else runs.retire(run);
  }

  /** The worker that settled the last shard may have died, or the finisher. */
  #finishLeftBehind({ run, state, shards, settledShards }: RunStatus): void {
    if (state === 'finishing' || (state === 'running' && shards === settledShards)) {
      this.#tools.ending.look(openRunLedger(this.#tools.redis, run));
    }
  }

  /**
   * With nothing in the queue, an unsettled shard that has been handed out has lost its job: it was dropped while its run was
   * paused, failed as stalled, or Redis came back without it. A shard that is being done keeps its job.
   */
  async #sweep(active: RunStatus[]): Promise<void> {
    if (performance.now() < this.#nextSweep) return;
    const { redis, queue } = this.#tools;
    const open = active.filter(({ state, backlog }) => state !== 'finishing' && backlog > 0);
    if (open.length === 0) return;
    const waiting = await queue.getJobCountByTypes('waiting', 'delayed', 'prioritized');
    if (waiting > 0) return;
    this.#nextSweep = performance.now() + this.#intervals.sweep;
    for (const { run, cursor } of open) await requeueUnsettled(queue, openRunLedger(redis, run), cursor);
  }
}

function isActive(state: RunStatus['state']): boolean {
  return state === 'planning' || state === 'running' || state === 'finishing';
}
