/** The queue of the schedules: a BullMQ job scheduler for each, and one job for each time that it is due. */

import { type JobsOptions, Queue } from 'bullmq';
import type { RedisClient } from '../../shared/ledger/run-keys.ts';
import { shardQueuePrefix } from '../../shared/queue/shard-queue.ts';
import type { ScheduleJob } from './schedule.ts';

export const controlQueueName = 'control';
export const controlQueuePrefix = shardQueuePrefix;

export type ControlQueue = Queue<ScheduleJob, void, string>;

/** Eight attempts, the last some ten minutes after the first failed. What became of a job is in the schedule's history. */
export const controlJobOptions = {
  attempts: 8,
  backoff: { type: 'exponential', delay: 5_000, jitter: 0.5 },
  removeOnComplete: true,
  removeOnFail: { count: 100 },
} satisfies JobsOptions;

/** @param connection stays the caller's */
export function openControlQueue(connection: RedisClient): ControlQueue {
  const queue: ControlQueue = new Queue(controlQueueName, {
    connection,
    prefix: controlQueuePrefix,
    streams: { events: { maxLen: 100 } },
  });
  // The connection's owner hears of its problems; a command that fails says so itself.
  queue.on('error', () => undefined);
  return queue;
}
