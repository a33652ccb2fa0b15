/** What became of a schedule's times: its latest run, and the latest fifty entries of its history. */

import { z } from 'zod';
import type { RedisClient } from '../../shared/ledger/run-keys.ts';
import { readScript, runScript, unknownReply } from '../../shared/ledger/script.ts';

export type ScheduleEvent =
  | 'started'
  /** Started late, for one or more times at which there was no worker. */
  | 'caught-up'
  /** There was no worker at the time, and the schedule says to leave it then. */
  | 'missed'
  /** The run before still went. */
  | 'skipped'
  | 'waiting'
  | 'failed';

const entryShape = z.object({
  event: z.enum(['started', 'caught-up', 'missed', 'skipped', 'waiting', 'failed']),
  /** The run that was begun, or would have been. */
  run: z.string(),
  /** The time that it is for, and when this was decided; milliseconds since 1970. */
  due: z.number(),
  at: z.number(),
  reason: z.string().nullable(),
});

export type HistoryEntry = z.infer<typeof entryShape>;

/** The latest run that a schedule began, and the control queue's job that did; '' for none. */
export interface LatestRun {
  run: string;
  job: string;
}

const kept = 50;
const begin = readScript(new URL('./scripts/', import.meta.url), 'begin-run', ['schedule'], ['seen', 'run', 'job']);

function stateKey(schedule: string): string {
  return `gradline:schedule:{${schedule}}`;
}

function historyKey(schedule: string): string {
  return `gradline:schedule:{${schedule}}:history`;
}

export async function latestRun(redis: RedisClient, schedule: string): Promise<LatestRun> {
  const [run, job] = await redis.hmget(stateKey(schedule), 'run', 'job');
  return { run: run ?? '', job: job ?? '' };
}

/** `other`: another job began a run in between; look at the latest run again. */
export async function beginRun(
  redis: RedisClient,
  schedule: string,
  seen: LatestRun,
  next: LatestRun,
): Promise<'begun' | 'already-begun' | 'other'> {
  const target = { redis, key: () => stateKey(schedule) };
  const reply = await runScript(target, begin, { seen: seen.run, ...next });
  const { result } = reply;
  if (result === 'begun' || result === 'already-begun' || result === 'other') return result;
  throw unknownReply(begin, reply);
}

export async function remember(redis: RedisClient, schedule: string, entry: HistoryEntry): Promise<void> {
  // Not as one transaction: the client sends single commands again where Redis goes away, and nothing in between matters here.
  await redis.lpush(historyKey(schedule), JSON.stringify(entry));
  await redis.ltrim(historyKey(schedule), 0, kept - 1);
}

/** Newest first. */
export async function readHistory(redis: RedisClient, schedule: string): Promise<HistoryEntry[]> {
  const entries = await redis.lrange(historyKey(schedule), 0, kept - 1);
  return entries.map((entry) => entryShape.parse(JSON.parse(entry)));
}

export async function forgetSchedule(redis: RedisClient, schedule: string): Promise<void> {
  await redis.del(stateKey(schedule), historyKey(schedule));
}
