/** The queue that shards wait in: one for all runs. A job says only which shard of which run. */

import { type JobsOptions, Queue } from 'bullmq';
import { z } from 'zod';
import { isCutOff, redisUserError } from '../ledger/redis-errors.ts';
import type { RedisClient } from '../ledger/run-keys.ts';
import type { Traces } from '../traces/traces.ts';

export const shardQueueName = 'shards';
/** The braces are a hash tag: a Redis Cluster keeps the queue in one slot. */
export const shardQueuePrefix = '{gradline}';

const shardJob = z.object({ run: z.string(), shard: z.int().min(0) });

export type ShardJob = z.infer<typeof shardJob>;

/** Null for what no part of Gradline put into the queue: whoever reaches Redis can. */
export function parseShardJob(data: unknown): ShardJob | null {
  return shardJob.safeParse(data).data ?? null;
}

export type ShardQueue = Queue<ShardJob, void, string>;

/** Failed jobs are kept for a look at them; what counts is in the ledger. */
const failedJobs = { count: 1000, age: 7 * 86_400 };

/** Eight attempts, the last some four minutes after the first failed. */
const shardJobOptions = {
  attempts: 8,
  backoff: { type: 'exponential', delay: 2_000, jitter: 0.5 },
  removeOnComplete: true,
  removeOnFail: failedJobs,
} satisfies JobsOptions;

/** How many jobs are added in one go. */
export const shardsAtOnce = 1024;

/**
 * @param connection stays the caller's: closing the queue leaves it open
 * @param traces jobs that are added carry on the trace
 */
export function openShardQueue(connection: RedisClient, traces: Traces | null = null): ShardQueue {
  const queue: ShardQueue = new Queue(shardQueueName, {
    connection,
    prefix: shardQueuePrefix,
    defaultJobOptions: shardJobOptions,
    streams: { events: { maxLen: 1000 } },
    ...(traces === null ? {} : { telemetry: traces.telemetry }),
  });
  // The connection's owner hears of its problems; a command that fails says so itself.
  queue.on('error', () => undefined);
  return queue;
}

/** Never all digits and without a colon, as BullMQ wants it. The part after the last dot is the shard. */
export function shardJobId(run: string, shard: number): string {
  return `${run}.${shard}`;
}

/** The run and shard of a job id; null for another one. */
export function parseShardJobId(id: string): ShardJob | null {
  const match = /^(.+)\.(\d+)$/.exec(id);
  return match?.[1] === undefined ? null : { run: match[1], shard: Number(match[2]) };
}

/**
 * Puts shards into the queue. A shard that waits or is being done is left as it is, and so is one whose job failed and is kept:
 * remove that job first. BullMQ adds one by one, so when this throws some may be in the queue: call it again with the same shards.
 * That is done here where Redis goes away within its replies.
 *
 * @throws UserError when Redis cannot be reached or refuses
 */
export async function enqueueShards(queue: ShardQueue, run: string, shards: readonly number[]): Promise<void> {
  for (let start = 0; start < shards.length; start += shardsAtOnce) {
    const jobs = shards.slice(start, start + shardsAtOnce).map((shard) => ({
      name: 'shard',
      data: { run, shard },
      opts: { jobId: shardJobId(run, shard) },
    }));
    await addJobs(queue, jobs);
  }
}

/** Of a Redis that goes away again within each of its replies. */
const mostCutOff = 10;

async function addJobs(queue: ShardQueue, jobs: Parameters<ShardQueue['addBulk']>[0]): Promise<void> {
  for (let times = 1; ; times += 1) {
    try {
      await queue.addBulk(jobs);
      return;
    } catch (error) {
      if (times === mostCutOff || !isCutOff(error)) throw redisUserError(error);
    }
  }
}
