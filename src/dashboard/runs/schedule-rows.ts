import { listSchedules } from '../../control/schedule/edit-schedules.ts';
import type { RedisClient } from '../../shared/ledger/run-keys.ts';
import type { ScheduleRow } from '../contract.ts';

const historyShown = 8;
/** Milliseconds for which all clients get the same list. */
const kept = 5_000;

/** The schedules, read for all clients together. */
export class ScheduleRows {
  readonly #redis: RedisClient;
  #reading: Promise<ScheduleRow[]> | null = null;

  constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  /** Those that are due first come first. @throws RedisError */
  read(): Promise<ScheduleRow[]> {
    if (this.#reading === null) {
      const reading = readRows(this.#redis);
      this.#reading = reading;
      const forget = () => {
        if (this.#reading === reading) this.#reading = null;
      };
      reading.then(() => setTimeout(forget, kept).unref(), forget);
    }
    return this.#reading;
  }
}

async function readRows(redis: RedisClient): Promise<ScheduleRow[]> {
  const schedules = await listSchedules(redis);
  const rows = schedules.map(({ name, cron, timeZone, missed, overlap, configuration, next, latest, history }) => ({
    ...{ name, cron, timeZone, missed, overlap, latest },
    output: configuration.output,
    next: next?.getTime() ?? null,
    history: history.slice(0, historyShown),
  }));
  return rows.sort((a, b) => (a.next ?? Number.POSITIVE_INFINITY) - (b.next ?? Number.POSITIVE_INFINITY));
}
