/** A Redis for the tests of one file, and short ways to say what they do to a run. */

import { afterAll, beforeAll } from 'vitest';
import { connectRedis } from '../../../src/shared/ledger/connect-redis.ts';
import { type RunStatus, readStatus } from '../../../src/shared/ledger/read-status.ts';
import { openRunLedger, type RedisClient, type RunLedger } from '../../../src/shared/ledger/run-keys.ts';
import { createRun, endPlanning } from '../../../src/shared/ledger/runs.ts';
import type { ImageOutcome } from '../../../src/shared/ledger/settle-shard.ts';
import { type RedisServer, redisServerProgram, startRedis } from '../../fleet/redis-server.ts';

export const redisProgram = await redisServerProgram();

export interface TestRedis {
  server: RedisServer;
  redis: RedisClient;
  /** A connection of its own, ended with the tests. */
  connect(): Promise<RedisClient>;
}

/** Call it in a describe block; the getter is for the tests in it. */
export function useRedis(settings: string[] = []): () => TestRedis {
  let held: TestRedis | null = null;
  const clients: RedisClient[] = [];
  beforeAll(async () => {
    if (redisProgram === null) return;
    const server = await startRedis(redisProgram, settings);
    const connect = async () => {
      const client = await connectRedis(server.url, { use: 'command' });
      clients.push(client);
      return client;
    };
    held = { server, redis: await connect(), connect };
  });
  afterAll(async () => {
    for (const client of clients) client.disconnect();
    await held?.server.stop();
  });
  return () => {
    if (held === null) throw new Error('There is no Redis yet.');
    return held;
  };
}

let runs = 0;

/** A new run in shards of `shardSize`; with `expected`, its planning has ended. */
export async function newRun(redis: RedisClient, shardSize = 4, expected: number | null = null): Promise<RunLedger> {
  runs += 1;
  const ledger = openRunLedger(redis, `run-${process.pid}-${runs}`);
  await createRun(ledger, { shardSize, output: 's3://bucket/out' });
  if (expected !== null) await endPlanning(ledger, { expected, shards: Math.ceil(expected / shardSize) });
  return ledger;
}

/** Outcomes by letter: `d` done, `c` correct, `w` wrong, `q` quarantined. */
export function outcomes(letters: string, code = 'not-an-image'): ImageOutcome[] {
  return [...letters].map((letter, place) => {
    const key = `image ${place}.jpg`;
    if (letter === 'q') return { status: 'quarantined', key, error: { code, message: `${key} cannot be decoded.` } };
    return letter === 'd' ? { status: 'done', key } : { status: 'done', key, correct: letter === 'c' };
  });
}

export async function statusOf(ledger: RunLedger): Promise<RunStatus> {
  const status = await readStatus(ledger, 200);
  if (status === null) throw new Error(`There is no run ${ledger.run}.`);
  return status;
}
