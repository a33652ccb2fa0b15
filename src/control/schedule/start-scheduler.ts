/** Attends to the schedules: part of every `gradline worker`, or `gradline schedule serve` by itself. */

import { setTimeout as sleep } from 'node:timers/promises';
import { DelayedError, type Job, UnrecoverableError, WaitingError, Worker } from 'bullmq';
import { readStatus } from '../../shared/ledger/read-status.ts';
import { RedisError } from '../../shared/ledger/redis-errors.ts';
import { openRunLedger, type RedisClient } from '../../shared/ledger/run-keys.ts';
import { failRun } from '../../shared/ledger/run-state.ts';
import { notifyOfFailure } from '../../shared/notify/notify-of-end.ts';
import { isOvertaken } from '../../shared/queue/overtaken.ts';
import type { RunConfiguration } from '../../shared/run/configuration.ts';
import { isS3Location } from '../../shared/store/location.ts';
import { describe, isPermanent } from '../../worker/fleet/failures.ts';
import {
  type ControlQueue,
  controlJobOptions,
  controlQueueName,
  controlQueuePrefix,
  openControlQueue,
} from './control-queue.ts';
import { runBefore } from './run-before.ts';
import type { Schedule, ScheduleJob } from './schedule.ts';
import { remember } from './schedule-state.ts';
import { type Decision, decide, runGoes } from './tick.ts';

/**
 * Plans and enqueues a run, and goes on with it when a start before was cut off. Resolves when all of it has been enqueued, or
 * soon after `signal` aborts, with what it was.
 */
export type StartRun = (
  configuration: RunConfiguration,
  run: string,
  signal: AbortSignal,
) => Promise<'enqueued' | 'interrupted'>;

interface SchedulerOptions {
  /** A connection for workers (`connectRedis` with `use: 'worker'`); stays the caller's. */
  redis: RedisClient;
  startRun: StartRun;
  /** Told in one sentence of what was decided and of problems. */
  onNotice?: (message: string) => void;
  /** Milliseconds after which a run that waits for the one before looks again; default 15,000. */
  lookAgain?: number;
}

export interface Scheduler {
  /**
   * Stops attending. A run that is being enqueued is handed to another scheduler, which goes on with it.
   * @param deadline milliseconds for that; default 10,000. What it holds beyond goes to another half a minute after this process ends.
   */
  close(deadline?: number): Promise<void>;
}

/** Schedules whose runs are enqueued at once by one process. */
const concurrency = 4;

/** Any number of processes may do so at once: each time that is due is dealt with by one of them. */
export async function startScheduler(options: SchedulerOptions): Promise<Scheduler> {
  const { redis, onNotice = () => undefined } = options;
  const queue = openControlQueue(redis);
  const stop = new AbortController();
  const worker = new Worker<ScheduleJob, void, string>(
    controlQueueName,
    (job, token) => attend(job, token, queue, options, stop.signal),
    {
      connection: redis,
      prefix: controlQueuePrefix,
      concurrency,
      // A process that dies while it enqueues is no fault of the run.
      maxStalledCount: 1000,
    },
  );
  worker.on('error', (error) => {
    if (!isOvertaken(error)) onNotice(`Schedules: ${error.message}`);
  });
  await worker.waitUntilReady();
  return {
    async close(deadline = 10_000) {
      // First, so that it takes nothing more, not even the job that it hands back.
      const closed = worker.close();
      stop.abort();
      await Promise.race([closed, sleep(deadline, undefined, { ref: false })]);
      await queue.close();
    },
  };
}

async function attend(
  job: Job<ScheduleJob, void, string>,
  token: string | undefined,
  queue: ControlQueue,
  options: SchedulerOptions,
  signal: AbortSignal,
): Promise<void> {
  const { redis, onNotice = () => undefined, lookAgain = 15_000 } = options;
  const { schedule, waitingFor } = job.data;
  // A job that waits outlives its schedule.
  if ((await queue.getJobScheduler(schedule.name)) === undefined) return;
  const tick = {
    schedule,
    job: job.id ?? '',
    first: job.opts.prevMillis ?? job.timestamp,
    waitingFor: waitingFor ?? null,
  };
  const decision = await decide(redis, tick, (latest) => stillGoes(redis, queue, latest), Date.now());
  await note(decision, schedule.name, redis, onNotice);
  if (decision.action === 'leave') return;
  if (decision.action === 'wait') {
    await job.updateData({ schedule, waitingFor: decision.due });
    await job.moveToDelayed(Date.now() + lookAgain, token);
    throw new DelayedError();
  }
  if (signal.aborted) return handBack(job, token);
  const { run, due } = decision;
  const configuration = await configurationOf(redis, schedule, run);
  try {
    const result = await options.startRun(configuration, run, signal);
    if (result === 'enqueued') return;
  } catch (error) {
    if (!signal.aborted) {
      // `isPermanent` never says so of Redis, which a worker needs for stopping a run; a later attempt is refused as well.
      const refused = error instanceof RedisError && !error.transient;
      const last = job.attemptsMade + 1 >= (job.opts.attempts ?? controlJobOptions.attempts);
      if (!(refused || isPermanent(error) || last)) throw error;
      const { code, message } = describe(error);
      await failRun(openRunLedger(redis, run), code, message);
      const untold = await notifyOfFailure({ run, error: { code, message } }, configuration);
      if (untold !== null) onNotice(`Run ${run}: ${untold}`);
      const entry = { event: 'failed' as const, run, due, at: Date.now(), reason: message };
      await note({ action: 'leave', entry }, schedule.name, redis, onNotice);
      throw new UnrecoverableError(message);
    }
  }
  return handBack(job, token);
}

/** The schedule's, for one run: its own output, and the latest run before it to compare with where no other is named. */
async function configurationOf(redis: RedisClient, schedule: Schedule, run: string): Promise<RunConfiguration> {
  const { output, report, since } = schedule.configuration;
  const before = report && since === undefined ? await runBefore(redis, schedule.name, run) : null;
  return {
    ...schedule.configuration,
    output: outputOf(output, run),
    ...(before === null ? {} : { since: outputOf(output, before) }),
  };
}

/** Without using up one of its attempts. */
async function handBack(job: Job<ScheduleJob, void, string>, token: string | undefined): Promise<never> {
  await job.moveToWait(token);
  throw new WaitingError();
}

async function note(
  { entry }: Decision,
  schedule: string,
  redis: RedisClient,
  onNotice: (message: string) => void,
): Promise<void> {
  if (entry === null) return;
  await remember(redis, schedule, entry);
  const { event, run, reason } = entry;
  onNotice(`Schedule ${schedule}: run ${run} ${event}${reason === null ? '' : ` (${reason})`}.`);
}

async function stillGoes(
  redis: RedisClient,
  queue: ControlQueue,
  latest: { run: string; job: string },
): Promise<boolean> {
  const status = await readStatus(openRunLedger(redis, latest.run), 0);
  return runGoes(status, status === null ? await queue.getJobState(latest.job) : '');
}

/** Each run of a schedule writes below the schedule's output, in a folder of its own. */
function outputOf(output: string, run: string): string {
  const separator = !isS3Location(output) && output.includes('\\') ? '\\' : '/';
  return `${output.replace(/[/\\]+$/, '')}${separator}${run}`;
}
