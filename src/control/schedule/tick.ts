/** What is to be done when a schedule is due. */

import type { RunStatus } from '../../shared/ledger/read-status.ts';
import type { RedisClient } from '../../shared/ledger/run-keys.ts';
import { isOngoing } from '../../shared/ledger/run-state.ts';
import { latestDue, nextDue, scheduledRunId } from './due-times.ts';
import type { Schedule } from './schedule.ts';
import { beginRun, type HistoryEntry, type LatestRun, latestRun } from './schedule-state.ts';

interface Tick {
  schedule: Schedule;
  /** Id of the control queue's job. */
  job: string;
  /** The time that the job was made for; milliseconds since 1970. */
  first: number;
  /** Set when it has waited for the run before: the time that it is for. */
  waitingFor: number | null;
}

export type Decision =
  /** `entry` is null when an attempt before has noted it. */
  | { action: 'start'; run: string; due: number; entry: HistoryEntry | null }
  | { action: 'wait'; due: number; entry: HistoryEntry | null }
  | { action: 'leave'; entry: HistoryEntry };

/** Whether a run that a schedule began still goes. */
type StillGoes = (latest: LatestRun) => Promise<boolean>;

/** Decides, and with `start` makes the run the schedule's latest in the same step, so that no other tick begins one beside it. */
export async function decide(redis: RedisClient, tick: Tick, stillGoes: StillGoes, now: number): Promise<Decision> {
  const { schedule, job, waitingFor } = tick;
  const due = waitingFor ?? latestDue(schedule, tick.first, now);
  const run = scheduledRunId(schedule, due);
  const note = (event: HistoryEntry['event'], reason: string | null): HistoryEntry => ({
    event,
    run,
    due,
    at: now,
    reason,
  });
  for (;;) {
    const seen = await latestRun(redis, schedule.name);
    // A job that is tried again goes on with the run that it began, also when the next time has come meanwhile.
    if (seen.job === job)
      return { action: 'start', run: seen.run, due: seen.run === run ? due : tick.first, entry: null };
    if (seen.run === run) return { action: 'leave', entry: note('skipped', 'it was begun already, to catch up') };
    const late = waitingFor === null && now - due > schedule.grace * 1000;
    if (late && schedule.missed === 'skip') {
      return { action: 'leave', entry: note('missed', `no worker was there until ${textOf(now)}`) };
    }
    if (waitingFor !== null && nextDue(schedule, due) <= now) {
      return { action: 'leave', entry: note('skipped', `${seen.run} still goes, and the next time has come`) };
    }
    if (seen.run !== '' && (await stillGoes(seen))) {
      const reason = `${seen.run} still goes`;
      if (schedule.overlap === 'skip') return { action: 'leave', entry: note('skipped', reason) };
      return { action: 'wait', due, entry: waitingFor === null ? note('waiting', reason) : null };
    }
    const begun = await beginRun(redis, schedule.name, seen, { run, job });
    if (begun === 'other') continue;
    const caughtUp = late || due !== tick.first;
    const reason = caughtUp ? `no worker was there from ${textOf(tick.first)}` : null;
    return {
      action: 'start',
      run,
      due,
      entry: note(caughtUp && waitingFor === null ? 'caught-up' : 'started', reason),
    };
  }
}

/**
 * @param status of the run; null when the ledger does not know it
 * @param jobState of the control queue's job that began it
 */
export function runGoes(status: Pick<RunStatus, 'state'> | null, jobState: string): boolean {
  if (status !== null) return isOngoing(status.state);
  // Its producer has not come so far as to create it, or has failed, or the run has been forgotten since.
  return jobState !== 'failed' && jobState !== 'completed' && jobState !== 'unknown';
}

function textOf(time: number): string {
  return new Date(time).toISOString();
}
