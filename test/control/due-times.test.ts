import { describe, expect, test } from 'vitest';
import { latestDue, nextDue, scheduledRunId } from '../../src/control/schedule/due-times.ts';

const at = (text: string) => Date.parse(text);
const times = (cron: string, timeZone = 'UTC') => ({ cron, timeZone });

function next(cron: string, timeZone: string, after: string): string {
  return new Date(nextDue(times(cron, timeZone), at(after))).toISOString();
}

function idOf(cron: string, timeZone: string, due: string): string {
  return scheduledRunId({ name: 'nightly', cron, timeZone }, at(due));
}

describe('when a schedule is due', () => {
  test('is by the clock of its time zone, in winter and in summer', () => {
    expect(next('0 2 * * *', 'Europe/Berlin', '2026-11-24T12:00Z')).toBe('2026-11-25T01:00:00.000Z');
    expect(next('0 2 * * *', 'Europe/Berlin', '2026-07-01T12:00Z')).toBe('2026-07-02T00:00:00.000Z');
    expect(next('0 2 * * *', 'America/Los_Angeles', '2026-07-01T12:00Z')).toBe('2026-07-02T09:00:00.000Z');
    expect(next('30 5 * * 1', 'Asia/Kolkata', '2026-11-25T00:00Z')).toBe('2026-11-30T00:00:00.000Z');
  });

  test('an hour that the clock passes twice counts once, and one that it leaps over is not lost', () => {
    expect(next('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00Z')).toBe('2026-10-25T00:30:00.000Z');
    expect(next('30 2 * * *', 'Europe/Berlin', '2026-10-25T00:30Z')).toBe('2026-10-26T01:30:00.000Z');
    expect(next('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00Z')).toBe('2026-03-29T01:30:00.000Z');
  });

  test('an expression that cannot be read or never comes true is refused', () => {
    for (const cron of ['61 2 * * *', '0 0 31 2 *', 'every night']) {
      expect(() => nextDue(times(cron), 0)).toThrow(expect.objectContaining({ code: 'bad-schedule' }));
    }
  });

  test('of the times that were missed, the latest one counts', () => {
    const first = at('2026-11-20T01:00Z');
    const nightly = times('0 2 * * *', 'Europe/Berlin');
    const latest = (now: string) => new Date(latestDue(nightly, first, at(now))).toISOString();
    expect(latest('2026-11-20T01:00Z')).toBe('2026-11-20T01:00:00.000Z');
    expect(latest('2026-11-20T09:00Z')).toBe('2026-11-20T01:00:00.000Z');
    expect(latest('2026-11-25T00:59Z')).toBe('2026-11-24T01:00:00.000Z');
    expect(latest('2026-11-25T01:00Z')).toBe('2026-11-25T01:00:00.000Z');
  });

  test('a year of missed seconds is looked through at once', () => {
    const seconds = times('* * * * * *');
    expect(latestDue(seconds, at('2025-11-25T00:00Z'), at('2026-11-25T10:20:30.500Z'))).toBe(
      at('2026-11-25T10:20:30Z'),
    );
  });
});

describe('the id of a scheduled run', () => {
  test("has the date in the schedule's time zone", () => {
    expect(idOf('0 2 * * *', 'Europe/Berlin', '2026-11-25T01:00Z')).toBe('nightly-2026-11-25');
    expect(idOf('30 0 * * *', 'Europe/Berlin', '2026-11-24T23:30Z')).toBe('nightly-2026-11-25');
    expect(idOf('@daily', 'UTC', '2026-11-25T00:00Z')).toBe('nightly-2026-11-25');
  });

  test('has the time as well where the schedule is due more than once a day', () => {
    expect(idOf('30 */6 * * *', 'Europe/Berlin', '2026-11-25T11:30Z')).toBe('nightly-2026-11-25-1230');
    expect(idOf('*/5 * * * * *', 'UTC', '2026-11-25T00:00:05Z')).toBe('nightly-2026-11-25-000005');
    expect(idOf('@hourly', 'UTC', '2026-11-25T07:00Z')).toBe('nightly-2026-11-25-0700');
  });
});
