/** Adding, listing and removing schedules. */

import { didYouMean } from '../../explain/nearest-names.ts';
import { UserError } from '../../explain/user-error.ts';
import { absoluteLocations } from '../../producer/fleet-run.ts';
import type { LedgerState } from '../../shared/ledger/contract.ts';
import { readStatus } from '../../shared/ledger/read-status.ts';
import { redisUserError } from '../../shared/ledger/redis-errors.ts';
import { openRunLedger, type RedisClient } from '../../shared/ledger/run-keys.ts';
import { type ControlQueue, controlJobOptions, openControlQueue } from './control-queue.ts';
import { nextDue } from './due-times.ts';
import { checkSchedule, type Schedule } from './schedule.ts';
import { forgetSchedule, type HistoryEntry, latestRun, readHistory } from './schedule-state.ts';

export interface ListedSchedule extends Schedule {
  /** Null for one whose next job is missing. */
  next: Date | null;
  /** The latest run that it began; state null when Redis no longer knows it. */
  latest: { run: string; state: LedgerState | null } | null;
  /** Newest first. */
  history: HistoryEntry[];
}

/**
 * @param replace whether a schedule of that name may be replaced; its history stays
 * @returns when it is due next
 * @throws UserError `bad-schedule`, `secret-in-address`, `schedule-exists`
 */
export function addSchedule(redis: RedisClient, schedule: Schedule, replace = false): Promise<Date> {
  // It is carried out elsewhere, so its places must not depend on where it was written.
  const checked = { ...schedule, configuration: absoluteLocations(schedule.configuration) };
  checkSchedule(checked);
  const next = nextDue(checked, Date.now());
  return withQueue(redis, async (queue) => {
    const { name, cron, timeZone } = checked;
    if (!replace && (await queue.getJobScheduler(name)) !== undefined) {
      throw new UserError(
        'schedule-exists',
        `There is a schedule ${name} already. Replace it with --replace, or remove it with gradline schedule remove ${name}.`,
      );
    }
    const template = { name: 'tick', data: { schedule: checked }, opts: controlJobOptions };
    const job = await queue.upsertJobScheduler(name, { pattern: cron, tz: timeZone }, template);
    return new Date(job.opts.prevMillis ?? next);
  });
}

export function listSchedules(redis: RedisClient): Promise<ListedSchedule[]> {
  return withQueue(redis, async (queue) => {
    const schedulers = await queue.getJobSchedulers(0, -1, true);
    const listed = schedulers.map(async ({ key, next, template }) => {
      const schedule = template?.data?.schedule;
      if (schedule === undefined) return null;
      const { run } = await latestRun(redis, key);
      const status = run === '' ? null : await readStatus(openRunLedger(redis, run), 0);
      return {
        ...schedule,
        next: next === undefined ? null : new Date(next),
        latest: run === '' ? null : { run, state: status?.state ?? null },
        history: await readHistory(redis, key),
      };
    });
    return (await Promise.all(listed)).filter((schedule) => schedule !== null);
  });
}

/** Runs that it began go on. @throws UserError `no-such-schedule` */
export function removeSchedule(redis: RedisClient, name: string): Promise<void> {
  return withQueue(redis, async (queue) => {
    if (!(await queue.removeJobScheduler(name))) {
      const names = (await queue.getJobSchedulers(0, -1, true)).map(({ key }) => key);
      throw new UserError(
        'no-such-schedule',
        `There is no schedule ${name}.${didYouMean(name, names)} gradline schedule list shows them.`,
      );
    }
    await forgetSchedule(redis, name);
  });
}

async function withQueue<Result>(redis: RedisClient, work: (queue: ControlQueue) => Promise<Result>): Promise<Result> {
  const queue = openControlQueue(redis);
  try {
    return await work(queue);
  } catch (error) {
    throw redisUserError(error);
  } finally {
    await queue.close();
  }
}
