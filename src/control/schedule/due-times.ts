/** When a schedule is due, by BullMQ's own reading of its cron expression. */

import { getNextMillis } from 'bullmq';
import { UserError } from '../../explain/user-error.ts';
import type { Schedule } from './schedule.ts';

type Times = Pick<Schedule, 'cron' | 'timeZone'>;

/** The first time after `after`, in milliseconds since 1970. @throws UserError `bad-schedule` */
export function nextDue({ cron, timeZone }: Times, after: number): number {
  let next: number | undefined;
  try {
    next = getNextMillis(after, { pattern: cron, tz: timeZone });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError('bad-schedule', `The cron expression "${cron}" cannot be read: ${reason}.`, { cause });
  }
  if (next === undefined) throw new UserError('bad-schedule', `The cron expression "${cron}" never comes true.`);
  return next;
}

/**
 * The latest time from `first`, which is one, until `now`: a scheduler that nobody attended to holds only the first that it missed.
 * Looks back from `now` over spans that double, so that years of missed minutes take a few steps.
 */
export function latestDue(schedule: Times, first: number, now: number): number {
  for (let span = 1000; span < now - first; span *= 2) {
    let due = nextDue(schedule, now - span);
    if (due > now) continue;
    for (let next = nextDue(schedule, due); next <= now; next = nextDue(schedule, due)) due = next;
    return due;
  }
  return first;
}

/**
 * `nightly-2026-11-25`, by the date in the schedule's time zone; with the time behind it (`nightly-2026-11-25-1430`) where the
 * expression can come true more than once a day.
 */
export function scheduledRunId(schedule: Times & Pick<Schedule, 'name'>, due: number): string {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat('en-CA', {
      timeZone: schedule.timeZone,
      hourCycle: 'h23',
      ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
    })
      .formatToParts(due)
      .map(({ type, value }) => [type, value]),
  );
  const { year, month, day, hour, minute, second } = parts;
  const fields = schedule.cron.trim().split(/\s+/);
  const seconds = fields.length === 6;
  const once = schedule.cron.startsWith('@')
    ? !/^@(hourly|minutely|secondly)/.test(schedule.cron)
    : fields.slice(0, seconds ? 3 : 2).every((field) => /^\d+$/.test(field));
  const time = once ? '' : `-${hour}${minute}${seconds ? second : ''}`;
  return `${schedule.name}-${year}-${month}-${day}${time}`;
}
