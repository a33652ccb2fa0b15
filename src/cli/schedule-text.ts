import type { ListedSchedule } from '../control/schedule/edit-schedules.ts';
import { table } from './table.ts';

/** One schedule a line. */
export function scheduleTable(schedules: readonly ListedSchedule[]): string {
  if (schedules.length === 0) return 'There are no schedules. Add one with gradline schedule add.\n';
  const columns = ['schedule', 'cron', 'time zone', 'next', 'missed', 'overlap', 'latest run', 'latest event'];
  const rows = schedules.map(({ name, cron, timeZone, next, missed, overlap, latest, history }) => {
    const [entry] = history;
    return [
      name,
      cron,
      timeZone,
      next === null ? 'never' : localTime(next, timeZone),
      missed,
      overlap,
      latest === null ? '-' : `${latest.run} (${latest.state ?? 'unknown'})`,
      entry === undefined ? '-' : `${entry.event}${entry.reason === null ? '' : `: ${entry.reason}`}`,
    ];
  });
  return `${table(
    columns.map((title) => ({ title })),
    rows,
  ).join('\n')}\n`;
}

/** `2026-11-26 02:00` in the schedule's own time zone */
function localTime(time: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(time);
}
