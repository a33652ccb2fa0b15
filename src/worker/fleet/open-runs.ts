/** The runs whose models this worker has loaded: the one at work and, for a moment, the next. */

import { readStatus } from '../../shared/ledger/read-status.ts';
import { openRunLedger, type RedisClient } from '../../shared/ledger/run-keys.ts';
import { LeftToOthers } from './failures.ts';
import { OpenRun, type RunTools } from './open-run.ts';

/** More take memory of the device for nothing: runs come one after the other. */
const mostOpen = 2;

interface Entry {
  opening: Promise<OpenRun | null>;
  users: number;
  /** Closes with its last user. */
  retired: boolean;
  closed: boolean;
}

/**
 * The life of an entry; `users` are the shards under way:
 *
 *     use --> opening --> open, users > 0 <--use--+
 *                |             | last user ends   |
 *                |             v                  |
 *                |        open, users = 0 --------+
 *                |             | retire, or the one used longest ago when more than `mostOpen` are open
 *                v             v
 *        forgotten: fails,  forgotten, then closed
 *        or nothing to do      ^
 *                              | last user ends
 *     retire or abandon --> forgotten, users > 0: a `use` from now on opens the run anew
 */
export class OpenRuns {
  readonly #redis: RedisClient;
  readonly #tools: RunTools;
  /** The one used last at the end. */
  readonly #entries = new Map<string, Entry>();
  readonly #using = new Set<Promise<unknown>>();
  readonly #closing = new Set<Promise<void>>();
  /** Why, by run. */
  readonly #left = new Map<string, LeftToOthers>();
  readonly #onOpened: (run: OpenRun) => void;

  constructor(redis: RedisClient, tools: RunTools, onOpened: (run: OpenRun) => void) {
    this.#redis = redis;
    this.#tools = tools;
    this.#onOpened = onOpened;
  }

  get names(): string[] {
    return [...this.#entries.keys()];
  }

  /** Whether shards of the run came that this worker does not compute as the run asks for. */
  leaves(run: string): boolean {
    return this.#left.has(run);
  }

  /**
   * Opens the run if it is not open, and keeps it open until `work` has ended. Null, without any work, when no shard of the
   * run may be begun: it is paused, ended, or unknown.
   * @throws as `OpenRun.open` and `work`
   */
  use<T>(run: string, work: (open: OpenRun) => Promise<T>): Promise<T | null> {
    const using = this.#use(run, work).finally(() => this.#using.delete(using));
    this.#using.add(using);
    return using;
  }

  async #use<T>(run: string, work: (open: OpenRun) => Promise<T>): Promise<T | null> {
    const entry = this.#entries.get(run) ?? this.#open(run);
    this.#entries.delete(run);
    this.#entries.set(run, entry);
    entry.users += 1;
    try {
      this.#closeIdle(mostOpen);
      const open = await entry.opening;
      return open === null ? null : await work(open);
    } finally {
      entry.users -= 1;
      const opened = await entry.opening.catch(() => null);
      if (opened === null) this.#forget(run, entry);
      else if (entry.retired && entry.users === 0) this.#close(entry, opened);
    }
  }

  /** Gives up what is under way of a run that takes nothing more. */
  async abandon(run: string, error: Error): Promise<void> {
    const entry = this.#entries.get(run);
    if (entry === undefined) return;
    this.#retire(run, entry);
    const open = await entry.opening.catch(() => null);
    open?.pipeline.abandon(error);
  }

  /** Lets go of a run once nothing of it is under way. */
  retire(run: string): void {
    const entry = this.#entries.get(run);
    if (entry !== undefined) this.#retire(run, entry);
  }

  /** Of all runs: shards of which not every image is being worked on, or with `all` all of them, fail with this error. */
  stop(error: Error, all: boolean): void {
    for (const { opening } of this.#entries.values()) {
      // One that is still being opened is not waited for: nothing of it has begun.
      void opening
        .then((open) => (all ? open?.pipeline.abandon(error) : open?.pipeline.stop(error)))
        .catch(() => undefined);
    }
  }

  /**
   * Lets go of all runs, once what is under way of them has ended. A model that is being opened and a batch at hand are waited for: ONNX
   * Runtime ends the process by SIGABRT when its thread is cut off meanwhile.
   */
  async close(): Promise<void> {
    for (const [run, entry] of this.#entries) this.#retire(run, entry);
    await Promise.allSettled(this.#using);
    await Promise.all(this.#closing);
  }

  #open(run: string): Entry {
    return { opening: this.#openIfActive(run), users: 0, retired: false, closed: false };
  }

  async #openIfActive(run: string): Promise<OpenRun | null> {
    const left = this.#left.get(run);
    if (left !== undefined) throw left;
    const ledger = openRunLedger(this.#redis, run);
    const status = await readStatus(ledger, 0);
    if (status === null || (status.state !== 'planning' && status.state !== 'running')) return null;
    const { output } = status;
    try {
      const open = await this.#tools.health.opening(run, () => OpenRun.open(ledger, output, this.#tools));
      this.#onOpened(open);
      return open;
    } catch (error) {
      if (error instanceof LeftToOthers) this.#left.set(run, error);
      throw error;
    }
  }

  #forget(run: string, entry: Entry): void {
    if (this.#entries.get(run) === entry) this.#entries.delete(run);
  }

  #retire(run: string, entry: Entry): void {
    entry.retired = true;
    this.#forget(run, entry);
    if (entry.users > 0) return;
    void entry.opening.then((open) => open !== null && this.#close(entry, open)).catch(() => undefined);
  }

  /** Closes the runs that were used longest ago and are not in use, until no more than `kept` are open. */
  #closeIdle(kept: number): void {
    for (const [run, entry] of this.#entries) {
      if (this.#entries.size <= kept) return;
      if (entry.users === 0) this.#retire(run, entry);
    }
  }

  #close(entry: Entry, open: OpenRun): void {
    if (entry.closed) return;
    entry.closed = true;
    const closing = open.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}
