/** Shards whose worker died go back into the queue although no worker is there to see it. */

import { Worker } from 'bullmq';
import type { RedisClient } from '../shared/ledger/run-keys.ts';
import { readRuns } from '../shared/ledger/runs.ts';
import { requeueLost } from '../shared/queue/requeue.ts';
import { openShardQueue, type ShardJob, shardQueueName, shardQueuePrefix } from '../shared/queue/shard-queue.ts';

interface RescueEvents {
  /** A shard's worker has gone silent: it waits again. */
  onStalled(): void;
  onProblem(message: string): void;
}

/** Milliseconds between two looks: as long as a worker may be silent. */
const usualInterval = 30_000;

/** @param redis a connection for workers; stays the caller's */
export async function rescueShards(
  redis: RedisClient,
  events: RescueEvents,
  interval = usualInterval,
): Promise<AsyncDisposable> {
  const queue = openShardQueue(redis);
  // Without a processor it takes no shard, and only looks for those that nobody holds any more.
  const watcher = new Worker<ShardJob, void, string>(shardQueueName, null, {
    connection: redis,
    prefix: shardQueuePrefix,
    autorun: false,
    stalledInterval: interval,
    // Crashes are counted by the ledger.
    maxStalledCount: Number.MAX_SAFE_INTEGER,
  });
  watcher.on('stalled', () => events.onStalled());
  watcher.on('error', (error) => events.onProblem(error.message));
  await watcher.startStalledCheckTimer();
  let ended = false;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();
  const look = async (): Promise<void> => {
    const { ongoing } = await readRuns(redis);
    await requeueLost(queue, redis, ongoing);
  };
  const lookLater = (): void => {
    timer = setTimeout(() => {
      looking = look()
        .catch((error: unknown) => events.onProblem(error instanceof Error ? error.message : String(error)))
        .finally(() => ended || lookLater());
    }, interval);
  };
  lookLater();
  return {
    async [Symbol.asyncDispose]() {
      ended = true;
      clearTimeout(timer);
      await Promise.all([looking, watcher.close()]);
      await queue.close();
    },
  };
}
