/** What a schedule says. It is kept in Redis as the template of a BullMQ job scheduler. */

import { UserError } from '../../explain/user-error.ts';
import type { RunConfiguration } from '../../shared/run/configuration.ts';

export interface Schedule {
  name: string;
  /** Five fields, or six with seconds first. */
  cron: string;
  /** IANA name of the time zone. */
  timeZone: string;
  /** What happens when no worker was there at the time: one run for all that were missed, as soon as there is one; or none. */
  missed: 'catch-up' | 'skip';
  /** What happens when the run before still goes: none this time, or this one when that has ended. */
  overlap: 'skip' | 'wait';
  /** Seconds after its time from which on a start counts as missed. */
  grace: number;
  /** `output` is the folder or prefix below which each run gets its own, named by the run's id. */
  configuration: RunConfiguration;
}

/** What the jobs of the control queue hold. */
export interface ScheduleJob {
  schedule: Schedule;
  /** Set by a tick that waits for the run before: the time that it is for, in milliseconds since 1970. */
  waitingFor?: number;
}

const scheduleName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/;

/** @throws UserError `bad-schedule` */
export function checkSchedule({ name, cron, timeZone, configuration }: Schedule): void {
  if (!scheduleName.test(name)) {
    throw new UserError(
      'bad-schedule',
      `${JSON.stringify(name)} cannot name a schedule: use letters, digits, ".", "_" and "-", up to 60, beginning with a letter or digit.`,
    );
  }
  if (!isTimeZone(timeZone)) {
    throw new UserError(
      'bad-schedule',
      `There is no time zone ${JSON.stringify(timeZone)}. Use a name such as Europe/Berlin or UTC.`,
    );
  }
  const fields = cron.trim().split(/\s+/);
  if (!cron.startsWith('@') && fields.length !== 5 && fields.length !== 6) {
    throw new UserError(
      'bad-schedule',
      `--cron has 5 fields (minute, hour, day, month, weekday), or 6 with seconds first; "${cron}" has ${fields.length}.`,
    );
  }
  for (const [setting, value] of Object.entries(configuration)) {
    // A schedule lies in Redis for all to read.
    if (typeof value === 'string' && /^[a-z][a-z0-9+.-]*:\/\/[^/]*@/i.test(value)) {
      throw new UserError(
        'secret-in-address',
        `The address of '${setting}' holds a user or password, which a schedule would show to everyone. Leave it out and give ` +
          'credentials to the workers: AWS_PROFILE, AWS_ACCESS_KEY_ID, or a role of the machine.',
      );
    }
  }
}

/** Settings that name places: relative ones are taken from where the command was started, other machines would look elsewhere. */
export function localPlaces(configuration: RunConfiguration): string[] {
  const { input, output, model, classes, reference = null, since = null } = configuration;
  return [input, output, model, classes, reference, since].filter(
    (place): place is string => place !== null && !place.startsWith('s3://'),
  );
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
