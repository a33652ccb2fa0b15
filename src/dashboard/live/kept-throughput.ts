/** Throughput over time in Redis, so that a dashboard that is started again goes on with it. */

import { z } from 'zod';
import type { RedisClient } from '../../shared/ledger/run-keys.ts';

const key = 'gradline:dashboard:throughput';
/** Seconds: whoever looks a week later does not ask for it. */
const lifetime = 7 * 86_400;

const spans = z.object({ length: z.number(), first: z.number().nullable(), images: z.array(z.number()) });
const kept = z.object({
  fleet: spans,
  /** The run looked at last at the end. */
  runs: z.array(z.object({ run: z.string(), images: z.number(), time: z.number(), spans })),
});

export type KeptSpans = z.infer<typeof spans>;
export type KeptThroughput = z.infer<typeof kept>;

/** Null where none is kept, or where something else is. */
export async function readThroughput(redis: RedisClient): Promise<KeptThroughput | null> {
  const text = await redis.get(key);
  if (text === null) return null;
  try {
    return kept.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

export async function keepThroughput(redis: RedisClient, throughput: KeptThroughput): Promise<void> {
  await redis.set(key, JSON.stringify(throughput), 'EX', lifetime);
}
