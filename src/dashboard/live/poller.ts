/** Looks at Redis for all clients together. */

import { type RunStatus, readStatus } from '../../shared/ledger/read-status.ts';
import { RedisError, redisUserError } from '../../shared/ledger/redis-errors.ts';
import { openRunLedger, type RedisClient, runRegistryKey } from '../../shared/ledger/run-keys.ts';
import { isOngoing } from '../../shared/ledger/run-state.ts';
import type { RatePoint, RunDetail, RunRow, WorkerRow } from '../contract.ts';
import { keepThroughput, readThroughput } from './kept-throughput.ts';
import { runRow, workerRows } from './rows.ts';
import { Throughput } from './throughput.ts';

/** What was found at one look. Rows that have not changed are the same objects as before. */
export interface Snapshot {
  /** When Redis was asked, by its clock; milliseconds since 1970. */
  time: number;
  /** Newest first. */
  rows: ReadonlyMap<string, RunRow>;
  /** Of runs that have not ended. */
  workers: readonly WorkerRow[];
  /** Of the runs that are watched; those that Redis does not know are missing. */
  details: ReadonlyMap<string, RunDetail>;
  throughput: readonly RatePoint[];
  /** Why all of this is older; null when it is not. */
  problem: string | null;
}

interface PollerOptions {
  /** Milliseconds between two looks while somebody watches, and while nobody does. */
  interval?: number;
  idleInterval?: number;
}

/** The latest runs that are shown. */
const mostRuns = 500;
const failuresShown = 60;
/** Milliseconds between two times that throughput is kept. */
const keepInterval = 60_000;
/** Looks after which runs that have ended are looked at again: somebody may have retried one. */
const looksUntilAll = 10;

/**
 * One look costs one command for the list, and one for each run that goes or is watched, whatever their numbers of images and shards. A look
 * that takes long is followed by a pause of twenty times as long, so that Redis has at most a twentieth of its time taken.
 */
export class Poller {
  readonly #redis: RedisClient;
  readonly #interval: number;
  readonly #idleInterval: number;
  #throughput = new Throughput();
  readonly #statuses = new Map<string, RunStatus>();
  readonly #watched = new Map<string, number>();
  readonly #waiting = new Set<(snapshot: Snapshot) => void>();
  #clients = 0;
  #looks = 0;
  /** Time of the look that was kept last. */
  #kept = 0;
  /** How far the clock of Redis is ahead of this machine's, in milliseconds. */
  #ahead = 0;
  #looking: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;
  #snapshot: Snapshot = {
    time: 0,
    rows: new Map(),
    workers: [],
    details: new Map(),
    throughput: [],
    problem: null,
  };

  constructor(redis: RedisClient, { interval = 1_000, idleInterval = 10_000 }: PollerOptions = {}) {
    this.#redis = redis;
    this.#interval = interval;
    this.#idleInterval = idleInterval;
  }

  /** Looks for the first time. */
  async start(): Promise<void> {
    // Redis may be away, and what is there may be another program's.
    this.#throughput = new Throughput(await readThroughput(this.#redis).catch(() => null));
    await this.#lookAndGoOn();
  }

  /** The status that was read last; undefined for a run that is not known. */
  statusOf(run: string): RunStatus | undefined {
    return this.#statuses.get(run);
  }

  /** Looks now, at all runs. */
  async refresh(): Promise<void> {
    await this.#looking;
    this.#looks = 0;
    await this.#lookAndGoOn();
  }

  /**
   * Every snapshot from now on, beginning with the latest, until `signal` aborts. Who is slow misses some.
   * @param run whose details are wanted; null: none
   */
  async *watch(run: string | null, signal: AbortSignal): AsyncGenerator<Snapshot> {
    this.#clients += 1;
    if (run !== null) this.#watched.set(run, (this.#watched.get(run) ?? 0) + 1);
    try {
      await this.#looking;
      await this.#lookAndGoOn();
      let shown: Snapshot | null = null;
      while (!signal.aborted && !this.#ended) {
        if (this.#snapshot === shown) await this.#next(signal);
        if (signal.aborted) return;
        shown = this.#snapshot;
        yield shown;
      }
    } finally {
      this.#clients -= 1;
      if (run !== null) this.#unwatch(run);
    }
  }

  async close(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    await this.#looking;
    await this.#keep();
    this.#tell();
  }

  /** Whoever may only read in Redis keeps nothing. */
  async #keep(): Promise<void> {
    if (this.#snapshot.time === this.#kept || this.#snapshot.problem !== null) return;
    this.#kept = this.#snapshot.time;
    await keepThroughput(this.#redis, this.#throughput.kept()).catch(() => undefined);
  }

  #unwatch(run: string): void {
    const left = (this.#watched.get(run) ?? 1) - 1;
    if (left > 0) this.#watched.set(run, left);
    else this.#watched.delete(run);
  }

  #next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  #lookAndGoOn(): Promise<void> {
    this.#looking ??= this.#timedLook().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #timedLook(): Promise<void> {
    clearTimeout(this.#timer);
    const begin = performance.now();
    try {
      await this.#look();
    } catch (error) {
      const { message } = redisUserError(error);
      this.#snapshot = { ...this.#snapshot, problem: message };
    }
    this.#tell();
    if (this.#ended) return;
    if (this.#snapshot.time - this.#kept > keepInterval) await this.#keep();
    const usual = this.#clients > 0 ? this.#interval : this.#idleInterval;
    const pause = Math.max(usual, 20 * (performance.now() - begin));
    this.#timer = setTimeout(() => void this.#lookAndGoOn(), pause);
  }

  #tell(): void {
    for (const tell of this.#waiting) tell(this.#snapshot);
  }

  async #look(): Promise<void> {
    const listed = await this.#redis.zrevrange(runRegistryKey, 0, mostRuns - 1);
    const ids = [...new Set([...listed, ...this.#watched.keys()])];
    const all = this.#looks % looksUntilAll === 0;
    this.#looks += 1;
    const due = ids.filter((id) => all || this.#watched.has(id) || isOpen(this.#statuses.get(id)));
    const found = await Promise.all(due.map((id) => this.#read(id)));
    due.forEach((id, place) => {
      const status = found[place] ?? null;
      if (status === null) this.#statuses.delete(id);
      else this.#statuses.set(id, status);
    });
    const latest = found.find((status) => status !== null)?.now.getTime();
    if (latest !== undefined) this.#ahead = latest - Date.now();
    const known = new Set(ids);
    for (const id of this.#statuses.keys()) if (!known.has(id)) this.#statuses.delete(id);
    this.#snapshot = this.#take(ids);
  }

  /** Null for one that is not there, or that another program has written over: it must not take the others away. */
  async #read(id: string): Promise<RunStatus | null> {
    try {
      return await readStatus(openRunLedger(this.#redis, id), this.#watched.has(id) ? failuresShown : 0);
    } catch (error) {
      if (error instanceof RedisError) throw error;
      return null;
    }
  }

  #take(ids: readonly string[]): Snapshot {
    const rows = new Map<string, RunRow>();
    const details = new Map<string, RunDetail>();
    const workers: WorkerRow[] = [];
    for (const id of ids) {
      const status = this.#statuses.get(id);
      if (status === undefined) continue;
      const now = status.now.getTime();
      rows.set(id, sameOrNew(this.#snapshot.rows.get(id), runRow(status)));
      const end = Math.min(now, status.finished?.getTime() ?? now);
      this.#throughput.see(id, status.done + status.quarantined, end);
      if (isOpen(status)) workers.push(...workerRows(status));
      if (!this.#watched.has(id)) continue;
      const { latestFailures } = status;
      const throughput = this.#throughput.ofRun(id, now);
      details.set(id, { run: id, workers: workerRows(status), latestFailures, throughput });
    }
    const time = Date.now() + this.#ahead;
    return { time, rows, workers, details, throughput: this.#throughput.ofFleet(time), problem: null };
  }
}

function isOpen(status: RunStatus | undefined): boolean {
  return status === undefined || isOngoing(status.state);
}

function sameOrNew(before: RunRow | undefined, now: RunRow): RunRow {
  return before !== undefined && JSON.stringify(before) === JSON.stringify(now) ? before : now;
}
