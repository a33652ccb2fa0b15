import type { RedisClient } from '../ledger/run-keys.ts';
import { within } from '../threads/within.ts';

/** Longest wait for an answer, in milliseconds: a probe's own limit is often some seconds. */
const patience = 1_500;

/** Why Redis cannot be used now, in a sentence; null: it answers. */
export async function redisProblem(redis: RedisClient | null): Promise<string | null> {
  if (redis === null || redis.status !== 'ready') return 'There is no connection to Redis.';
  const asked = redis.ping().then(
    () => null,
    (error: unknown) => `Redis refuses: ${error instanceof Error ? error.message : String(error)}`,
  );
  const answered = await within(patience, asked);
  return answered ? asked : `Redis has not answered for ${patience / 1000} s.`;
}
