/** A fleet's run from its configuration to its last shard in the queue: the plan is written as fast as the input is listed, and the
 * queue is fed from it as fast as workers take from it. */

import { UserError } from '../explain/user-error.ts';
import type { RunStatus } from '../shared/ledger/read-status.ts';
import type { RedisClient } from '../shared/ledger/run-keys.ts';
import { endPlanning } from '../shared/ledger/runs.ts';
import { openShardQueue } from '../shared/queue/shard-queue.ts';
import type { RunConfiguration } from '../shared/run/configuration.ts';
import type { PlanManifest } from '../shared/run/plan-files.ts';
import { readEarlierRun, writeRunFile } from '../shared/run/run-file.ts';
import { openStore } from '../shared/store/open-store.ts';
import { retryTransient } from '../shared/store/retry.ts';
import { type Store, StoreError } from '../shared/store/store.ts';
import type { Traces } from '../shared/traces/traces.ts';
import { discardRun } from './discard-run.ts';
import { defaultHighWatermark, type FeedEnd, feedQueue, ledgerLost, PlannedShards } from './feed-queue.ts';
import { absoluteLocations, type FleetRun, type FleetRunOptions, openFleetRun } from './fleet-run.ts';
import { newListingCounts } from './list-images.ts';
import { planWarnings } from './plan.ts';
import { ProducerLock } from './producer-lock.ts';
import { writePlan } from './write-plan.ts';

export interface EnqueueOptions extends FleetRunOptions {
  /** In shards; default: 10,000 and half of the high one. */
  highWatermark: number | null;
  lowWatermark: number | null;
  /** Milliseconds between two looks at a queue that is full enough, and until a producer that says nothing is taken for dead. */
  interval?: number;
  lease?: number;
  traces?: Traces | null;
}

export interface EnqueueProgress {
  run: string;
  /** In the plan so far; `planned` says whether that is all. */
  images: number;
  shards: number;
  planned: boolean;
  /** Shards that were put into the queue, and those of them that are not settled. */
  enqueued: number;
  backlog: number;
}

export interface EnqueueEvents {
  onStart(run: string, resumed: boolean): void;
  /** Something that was found or chosen, and is no cause for worry. */
  onNotice(message: string): void;
  onWarning(message: string): void;
  onProgress(progress: EnqueueProgress): void;
}

export interface EnqueueSummary {
  run: string;
  /** `interrupted`: the same command goes on. */
  state: FeedEnd | 'interrupted';
  /** Of the whole plan; null when planning has not ended. */
  images: number | null;
  shards: number | null;
  labelled: number;
  output: string;
  /** Why the run `failed`. */
  reason: RunStatus['reason'];
  seconds: number;
}

/**
 * Enqueues a run. The same call on the same output goes on with a run whose producer was stopped or killed, and does nothing where
 * all is done.
 *
 * @throws UserError for a configuration, input, model, output or Redis that cannot be used, or when another producer is at work;
 * StoreError
 */
export async function enqueueRun(
  configuration: RunConfiguration,
  redis: RedisClient,
  options: EnqueueOptions,
  events: EnqueueEvents,
  signal: AbortSignal,
): Promise<EnqueueSummary> {
  const watermarks = watermarksOf(options);
  const absolute = absoluteLocations(configuration);
  const output = await openStore(absolute.output);
  try {
    const lock = await ProducerLock.acquire(redis, absolute.output, {
      signal,
      onWait: (holder) =>
        events.onWarning(`Another producer (${holder}) had this output last: waiting to see whether it lives.`),
      ...(options.lease === undefined ? {} : { lease: options.lease }),
    });
    try {
      const run = await openFleetRun(absolute, redis, output, options);
      try {
        return await new Enqueueing(run, output, lock, watermarks, options, events).execute(signal);
      } finally {
        await run.plan?.store.close();
      }
    } finally {
      await lock.release();
    }
  } finally {
    await output.close();
  }
}

function watermarksOf({ highWatermark, lowWatermark }: EnqueueOptions): { high: number; low: number } {
  const high = highWatermark ?? Math.max(defaultHighWatermark, 2 * (lowWatermark ?? 0));
  const low = lowWatermark ?? Math.floor(high / 2);
  if (low < high) return { high, low };
  throw new UserError('bad-setting', `--low-watermark (${low}) must be below --high-watermark (${high}).`);
}

/** One start of a producer. */
class Enqueueing {
  readonly #run: FleetRun;
  readonly #output: Store;
  readonly #lock: ProducerLock;
  readonly #watermarks: { high: number; low: number };
  readonly #options: EnqueueOptions;
  readonly #events: EnqueueEvents;
  readonly #planned = new PlannedShards();
  readonly #begin = performance.now();
  #manifest: PlanManifest;
  #reason: RunStatus['reason'] = null;

  constructor(
    run: FleetRun,
    output: Store,
    lock: ProducerLock,
    watermarks: { high: number; low: number },
    options: EnqueueOptions,
    events: EnqueueEvents,
  ) {
    this.#run = run;
    this.#output = output;
    this.#lock = lock;
    this.#watermarks = watermarks;
    this.#options = options;
    this.#events = events;
    this.#manifest = run.manifest;
  }

  async execute(signal: AbortSignal): Promise<EnqueueSummary> {
    this.#events.onStart(this.#run.ledger.run, this.#run.resumed);
    // What stops one of the two stops the other.
    const either = new AbortController();
    const all = AbortSignal.any([signal, either.signal]);
    let end: FeedEnd | null = null;
    const feeding = this.#feed(all).then((feedEnd) => {
      end = feedEnd;
      if (feedEnd !== 'enqueued') either.abort();
    });
    const works = [this.#plan(all), feeding].map((work) =>
      work.catch((error: unknown) => {
        either.abort();
        throw error;
      }),
    );
    const failures = (await Promise.allSettled(works)).flatMap((work) =>
      work.status === 'rejected' && !isAbort(work.reason) ? [work.reason] : [],
    );
    if (failures.length > 0) {
      await this.#takeBack(failures[0]);
      throw failures[0];
    }
    return this.#summary(end ?? 'interrupted');
  }

  /** A mistake that shows before the first shard leaves nothing behind, so that the corrected command can start. */
  async #takeBack(failure: unknown): Promise<void> {
    const isMistake = failure instanceof UserError || (failure instanceof StoreError && !failure.transient);
    if (!isMistake || this.#manifest.parts > 0) return;
    const { ledger } = this.#run;
    try {
      await this.#lock.confirm();
      await discardRun(ledger, this.#output);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#events.onWarning(`Run ${ledger.run} was begun and could not be taken back: ${reason}`);
    }
  }

  async #plan(signal: AbortSignal): Promise<void> {
    const { plan, runFile, ledger } = this.#run;
    const counts = newListingCounts();
    this.#written(this.#manifest);
    if (plan !== null) {
      for (const notice of plan.notices) this.#events.onNotice(notice);
      for (const warning of plan.warnings) this.#events.onWarning(warning);
      await writePlan(plan, this.#output, this.#manifest, counts, {
        signal,
        confirm: () => this.#lock.confirm(),
        onWritten: (manifest) => this.#written(manifest),
      });
      if (plan.total === null) this.#warn(counts);
    }
    const { images, shards } = this.#manifest.planned;
    // Before planning ends in the ledger: from then on run.json belongs to whoever finishes the run.
    if ((await readEarlierRun(this.#output))?.state === 'planning') {
      await this.#lock.confirm();
      const running = { ...runFile, state: 'running' as const, counts: { ...runFile.counts, images } };
      await retryTransient(() => writeRunFile(this.#output, running));
    }
    const reply = await endPlanning(ledger, { expected: images, shards });
    switch (reply.result) {
      case 'planned':
      case 'already-planned':
      case 'run-not-running':
        break;
      case 'no-such-run':
        throw ledgerLost(ledger.run, this.#output.location);
      case 'differs':
      case 'too-few':
        throw new UserError(
          'plan-differs',
          `Run ${ledger.run} has ${images} images in its plan, which is not what Redis knows of it. The plan in ${this.#output.location} ` +
            `and this Redis do not belong together: check --redis, or rebuild the run with \`gradline recover ${this.#output.location}\`.`,
        );
    }
    this.#planned.set(shards, true);
  }

  /** The last shard waits until planning has ended: so whoever commits it sees that the run can be finished. */
  #written(manifest: PlanManifest): void {
    this.#manifest = manifest;
    this.#planned.set(Math.max(0, manifest.planned.shards - 1), false);
  }

  async #feed(signal: AbortSignal): Promise<FeedEnd> {
    const { ledger } = this.#run;
    const queue = openShardQueue(ledger.redis, this.#options.traces);
    try {
      return await feedQueue(queue, ledger, this.#planned, this.#watermarks, {
        signal,
        confirm: () => this.#lock.confirm(),
        onStatus: (status) => this.#progress(status),
        ...(this.#options.interval === undefined ? {} : { interval: this.#options.interval }),
      });
    } finally {
      await queue.close();
    }
  }

  #progress({ run, cursor, backlog, reason }: RunStatus): void {
    this.#reason = reason;
    const { planned, finished } = this.#manifest;
    const { images, shards } = planned;
    this.#events.onProgress({ run, images, shards, planned: finished, enqueued: cursor, backlog });
  }

  #warn(counts: ReturnType<typeof newListingCounts>): void {
    const { images, labelled } = this.#manifest.planned;
    const { configuration } = this.#run.runFile;
    for (const warning of planWarnings(configuration, { total: images, labelled, counts }))
      this.#events.onWarning(warning);
  }

  #summary(state: EnqueueSummary['state']): EnqueueSummary {
    const { images, shards, planned } = this.#manifest;
    const { runFile } = this.#run;
    return {
      run: runFile.run,
      state,
      images,
      shards,
      labelled: planned.labelled,
      output: runFile.configuration.output,
      reason: this.#reason,
      seconds: (performance.now() - this.#begin) / 1000,
    };
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
