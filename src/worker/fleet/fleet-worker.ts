/** A worker of the fleet: takes shards from the queue, explains them, and commits them to the ledger. */

import { setTimeout as wait } from 'node:timers/promises';
import { DelayedError, type Job, WaitingError, Worker } from 'bullmq';
import { checkRedis } from '../../shared/ledger/check-redis.ts';
import { connectRedisUnless } from '../../shared/ledger/connect-redis.ts';
import { RedisError, redisUserError } from '../../shared/ledger/redis-errors.ts';
import { openRunLedger, type RedisClient } from '../../shared/ledger/run-keys.ts';
import { readRuns } from '../../shared/ledger/runs.ts';
import { isOvertaken } from '../../shared/queue/overtaken.ts';
import {
  openShardQueue,
  parseShardJob,
  type ShardJob,
  shardQueueName,
  shardQueuePrefix,
} from '../../shared/queue/shard-queue.ts';
import { withoutRepeats } from '../../shared/queue/without-repeats.ts';
import { aborted, unlessAborted } from '../../shared/threads/aborted.ts';
import { within } from '../../shared/threads/within.ts';
import type { Traces } from '../../shared/traces/traces.ts';
import { configureImageLibrary } from '../pipeline/decode/image-library.ts';
import type { OpenInference } from '../pipeline/inference/durable-inference.ts';
import { InferenceThreads } from '../pipeline/inference/inference.ts';
import { openInferenceLanes } from '../pipeline/inference/inference-lanes.ts';
import { openPixels, type PixelWork } from '../pipeline/pixels/pixel-threads.ts';
import type { Provider } from '../pipeline/provider.ts';
import { SlotMemory } from '../pipeline/slot-memory.ts';
import type { ClosingStep } from './closing-step.ts';
import { HandedBack, isPermanent, LeftToOthers } from './failures.ts';
import { watchLoopDelay } from './loop-delay.ts';
import { OpenRuns } from './open-runs.ts';
import { RunEnding } from './run-ending.ts';
import { ShardWork } from './shard-work.ts';
import { Upkeep } from './upkeep.ts';
import { WorkerHealth } from './worker-health.ts';
import type { Where, WorkerEvents, WorkerSettings, WorkerSummary } from './worker-settings.ts';
import { unwatched, type WorkerWatch } from './worker-watch.ts';

export interface WorkerParts {
  /** How models are opened; another way is for measurements without a model. */
  open?: OpenInference;
  /** Makes something of a finished run's output. */
  closing?: ClosingStep | null;
  /** Kept up to date, for whoever wants to know. */
  health?: WorkerHealth;
  /** Told of its work while it does it. */
  watch?: WorkerWatch | null;
  traces?: Traces | null;
}

/**
 * Works until `stop` aborts, or until no run has work. Then it takes nothing more, finishes the images that it has begun,
 * hands every other shard back, and ends within the deadline.
 *
 * @param parts what other callers of this module bring with them
 * @throws UserError for a Redis that cannot be used
 */
export async function runWorker(
  settings: WorkerSettings,
  { onWarning: warn, ...listener }: WorkerEvents,
  stop: AbortSignal,
  { open, closing = null, health = new WorkerHealth(), watch = null, traces = null }: WorkerParts = {},
): Promise<WorkerSummary> {
  const onWarning = withoutRepeats(warn);
  const events = { ...listener, onWarning };
  configureImageLibrary();
  const onProblem = (error: Error) => onWarning(error.message);
  const redis = await connectRedisUnless(stop, settings.redis, { use: 'worker', onProblem });
  if (redis === null) return nothingDone;
  const threads = new InferenceThreads(watch);
  try {
    health.connected(redis);
    const check = await unlessAborted(stop, checkRedis(redis));
    for (const warning of check?.warnings ?? []) onWarning(warning);
    // Takes a while to load: not when a shard is waiting for it.
    await import('@aws-sdk/client-s3');
    if (stop.aborted) return nothingDone;
    const worker = new FleetWorker(settings, events, redis, {
      open: open ?? ((options) => openInferenceLanes(options, (lane) => threads.open(lane))),
      closing,
      health,
      watch,
      traces,
    });
    return await worker.work(stop);
  } finally {
    redis.disconnect();
    await threads.close();
  }
}

const nothingDone: WorkerSummary = { shards: 0, images: 0, handedBack: 0, longestLoopDelay: 0 };

/**
 * Milliseconds beyond the deadline for a batch in native code. Leaving the process would wait for it all the same, and ONNX Runtime would then
 * end it by SIGABRT.
 */
const nativePatience = 10_000;

/**
 * A shard that is left to others is held for so many milliseconds, and comes back after so many more: other runs have their turn, and a worker that
 * cannot do any of a long queue does not spend its time on moving it.
 */
const leftFor = { here: 250, away: 10_000 };

class FleetWorker {
  readonly #settings: WorkerSettings;
  readonly #events: WorkerEvents;
  readonly #redis: RedisClient;
  readonly #pixels: PixelWork;
  readonly #health: WorkerHealth;
  readonly #watch: WorkerWatch;
  readonly #traces: Traces | null;
  readonly #ending: RunEnding;
  readonly #runs: OpenRuns;
  readonly #work: ShardWork;
  readonly #underWay = new Set<Promise<void>>();
  /** Of those under way: shards that are left to others, and wait here for a moment. */
  #left = 0;
  readonly #summary = { shards: 0, images: 0, handedBack: 0 };
  #upkeep: Upkeep | null = null;
  readonly #stop = new AbortController();

  constructor(
    settings: WorkerSettings,
    events: WorkerEvents,
    redis: RedisClient,
    { open, closing, health, watch, traces }: Required<WorkerParts>,
  ) {
    this.#settings = settings;
    this.#events = events;
    this.#redis = redis;
    this.#health = health;
    this.#watch = watch ?? unwatched;
    this.#traces = traces;
    this.#pixels = openPixels(settings.pixelThreads ?? undefined, watch);
    const onWarning = (message: string, where?: Where) => events.onWarning(message, where);
    const onIdle = () => this.#upkeep?.soon();
    this.#ending = new RunEnding(settings.maxFailures, settings.lockDuration, events, onIdle, closing);
    this.#runs = new OpenRuns(
      redis,
      {
        worker: settings.name,
        provider: settings.provider,
        precisions: settings.precisions,
        threads: settings.threads,
        modelCache: settings.modelCache,
        pixels: this.#pixels,
        memory: new SlotMemory(),
        health,
        watch: this.#watch,
        traces,
        openInference: open,
        onWarning,
        onSettled: (run, shard, records, totals) => {
          const at = { run: run.ledger.run, shard: shard.number };
          const quarantined = records.filter(({ status }) => status === 'quarantined').length;
          const done = records.length - quarantined;
          this.#summary.shards += 1;
          this.#summary.images += records.length;
          this.#watch.onCommitted(records);
          for (const record of records) {
            if (record.status !== 'quarantined') continue;
            events.onImageFailed({ ...at, image: record.key, ...record.error });
          }
          events.onShard({ ...at, done, quarantined });
          this.#ending.settled(run.ledger, totals, run.maxFailures);
        },
      },
      ({ ledger, output, batchSize, lastLayer }) =>
        events.onRunOpened({ run: ledger.run, output: output.location, batchSize, lastLayer }),
    );
    this.#work = new ShardWork({
      redis,
      worker: settings.name,
      crashLimit: settings.crashLimit,
      runs: this.#runs,
      ending: this.#ending,
      stopping: () => this.#stop.signal.aborted,
      onGivenUp: () => this.#watch.onNotCommitted('given-up'),
      onWarning,
    });
  }

  async work(stop: AbortSignal): Promise<WorkerSummary> {
    await this.#warmUpUnless(stop);
    const delay = watchLoopDelay();
    const queue = openShardQueue(this.#redis);
    const worker = this.#startTaking();
    const { lockDuration, untilEmpty } = this.#settings;
    const upkeep = new Upkeep(
      {
        redis: this.#redis,
        queue,
        worker: this.#settings.name,
        provider: providerText(this.#settings.provider),
        runs: this.#runs,
        ending: this.#ending,
        health: this.#health,
        busy: () => this.#underWay.size > this.#left,
        longestLoopDelay: () => delay.longest(),
        onWarning: (message) => this.#events.onWarning(message),
      },
      { look: Math.min(5_000, lockDuration / 6), sweep: lockDuration },
      () => untilEmpty && empty.abort(),
    );
    const empty = new AbortController();
    this.#upkeep = upkeep;
    upkeep.start();
    this.#health.enter('working');
    this.#events.onReady();
    await aborted(AbortSignal.any([stop, empty.signal]));
    const left = deadline(this.#settings.drainDeadline);
    await this.#drain(worker, left);
    await within(left(0.5), Promise.all([upkeep.end(), queue.close()]));
    const longestLoopDelay = delay.longest();
    delay.end();
    const gone = this.#letGo();
    if (!(await within(left(0.5), gone))) await within(nativePatience, gone);
    return { ...this.#summary, longestLoopDelay };
  }

  async #warmUpUnless(stop: AbortSignal): Promise<void> {
    const warm = this.#warmUp();
    try {
      await Promise.race([warm, aborted(stop)]);
    } catch (error) {
      await this.#letGo();
      throw error;
    } finally {
      warm.catch(() => undefined);
    }
  }

  /**
   * Opens the oldest run that has work, so that its first shard does not wait for the model with its lock held.
   * @throws what this worker alone cannot do: others have done shards of the run
   */
  async #warmUp(): Promise<void> {
    const { ongoing } = await readRuns(this.#redis);
    const active = ongoing.filter(({ state }) => state === 'planning' || state === 'running');
    const oldest = active.at(-1);
    if (oldest === undefined) return;
    try {
      await this.#runs.use(oldest.run, async () => undefined);
    } catch (error) {
      if (error instanceof LeftToOthers) this.#events.onWarning(error.message, { run: oldest.run });
      // Anything else may pass; the run's first shard will tell.
      if (!isPermanent(error)) return;
      if (oldest.settledShards > 0) throw error;
      await this.#ending.fail(openRunLedger(this.#redis, oldest.run), error);
    }
  }

  #startTaking(): Worker<ShardJob, void, string> {
    const { concurrency, lockDuration, name } = this.#settings;
    const worker = new Worker<ShardJob, void, string>(
      shardQueueName,
      (job, token) => {
        const work = this.#process(job, token ?? '').finally(() => this.#underWay.delete(work));
        this.#underWay.add(work);
        return work;
      },
      {
        connection: this.#redis,
        prefix: shardQueuePrefix,
        name,
        concurrency,
        lockDuration,
        stalledInterval: lockDuration,
        // Crashes are counted by the ledger, which knows what the process worked on; BullMQ's own count would fail the job.
        maxStalledCount: Number.MAX_SAFE_INTEGER,
        runRetryDelay: 1_000,
        ...(this.#traces === null ? {} : { telemetry: this.#traces.telemetry }),
      },
    );
    worker.on('stalled', () => this.#watch.onStalled());
    worker.on('error', (error) => {
      // The connection's own problems are told by its owner. What another worker has taken over is its own; the ledger counts once.
      const problem = redisUserError(error);
      if (!(problem instanceof RedisError && problem.transient) && !isOvertaken(error)) {
        this.#events.onWarning(`Queue: ${problem.message}`);
      }
    });
    return worker;
  }

  async #process(job: Job<ShardJob, void, string>, token: string): Promise<void> {
    const data = parseShardJob(job.data);
    if (data === null) {
      this.#events.onWarning(`Job ${JSON.stringify(job.id)} of the queue names no shard: it is dropped.`);
      return;
    }
    const ended = this.#watch.onShardBegun();
    try {
      if (this.#stop.signal.aborted) throw new HandedBack();
      const { run, shard } = data;
      const work = () => this.#work.do(data, job.attemptsMade + 1 >= (job.opts.attempts ?? 1));
      await (this.#traces?.span('explain shard', { 'gradline.run': run, 'gradline.shard': shard }, work) ?? work());
    } catch (error) {
      if (error instanceof LeftToOthers) return await this.#leave(job, token, error);
      if (!(error instanceof HandedBack)) {
        this.#watch.onNotCommitted('failed');
        const message = error instanceof Error ? error.message : String(error);
        this.#events.onShardFailed({ ...data, attempt: job.attemptsMade + 1, message });
        throw error;
      }
      this.#watch.onNotCommitted('handed-back');
      this.#summary.handedBack += 1;
      // Where the lock is lost the shard has gone to another worker already.
      await job.moveToWait(token).catch(() => undefined);
      throw new WaitingError();
    } finally {
      ended();
    }
  }

  /** @throws DelayedError, which tells the queue that the job is not done */
  async #leave(job: Job<ShardJob, void, string>, token: string, { message }: LeftToOthers): Promise<never> {
    this.#events.onWarning(message, { run: job.data.run });
    this.#watch.onNotCommitted('handed-back');
    this.#left += 1;
    await wait(leftFor.here, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    this.#left -= 1;
    await job.moveToDelayed(Date.now() + leftFor.away, token).catch(() => undefined);
    throw new DelayedError();
  }

  async #drain(worker: Worker<ShardJob, void, string>, left: (share: number) => number): Promise<void> {
    this.#stop.abort();
    this.#health.enter('stopping');
    this.#events.onDraining(this.#underWay.size);
    await worker.pause(true);
    this.#runs.stop(new HandedBack(), false);
    const settled = Promise.all([Promise.allSettled(this.#underWay), this.#ending.idle()]);
    if (!(await within(left(0.8), settled))) {
      this.#ending.stop();
      this.#runs.stop(new HandedBack(), true);
      await within(left(0.5), Promise.allSettled(this.#underWay));
    }
    // It waits for jobs that never end and for connections that are away.
    await within(left(0.5), worker.close());
  }

  async #letGo(): Promise<void> {
    await this.#runs.close();
    await this.#pixels.close();
  }
}

function providerText({ name, devices }: Provider): string {
  return devices.length === 0 ? name : `${name}:${devices.join(',')}`;
}

/** A share of the milliseconds that are left of `total`. */
function deadline(total: number): (share: number) => number {
  const end = performance.now() + total;
  return (share) => Math.max(0, end - performance.now()) * share;
}
