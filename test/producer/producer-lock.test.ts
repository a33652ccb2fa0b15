import { spawn } from 'node:child_process';
import { hostname } from 'node:os';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ProducerLock } from '../../src/producer/producer-lock.ts';
import { connectRedis } from '../../src/shared/ledger/connect-redis.ts';
import type { RedisClient } from '../../src/shared/ledger/run-keys.ts';
import { type RedisServer, redisServerProgram, startRedis } from '../fleet/redis-server.ts';

const program = await redisServerProgram();

describe.skipIf(program === null)('the lock of an output', () => {
  let server: RedisServer;
  let redis: RedisClient;

  beforeAll(async () => {
    server = await startRedis(program ?? '');
    redis = await connectRedis(server.url, { use: 'command' });
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });
  beforeEach(() => redis.flushall());

  /** Writes the lock's value as a producer elsewhere would. */
  async function leaveLock(owner: { host: string; pid: number }, lease: number): Promise<string> {
    const lock = await ProducerLock.acquire(redis, 'out');
    const [key = ''] = await redis.keys('gradline:producer:*');
    await lock.release();
    await redis.set(key, JSON.stringify({ ...owner, token: 'other' }), 'PX', lease);
    return key;
  }

  test('is one producer’s until it lets go, for each output', async () => {
    const first = await ProducerLock.acquire(redis, 'out', { lease: 300 });
    await confirmAndRelease(await ProducerLock.acquire(redis, 'other', { lease: 300 }));
    const waits: string[] = [];
    const refused = ProducerLock.acquire(redis, 'out', { lease: 300, onWait: (holder) => waits.push(holder) });
    await expect(refused).rejects.toMatchObject({ code: 'producer-at-work' });
    expect(waits).toEqual([`process ${process.pid} on ${hostname()}`]);
    await first.confirm();
    await first.release();
    await confirmAndRelease(await ProducerLock.acquire(redis, 'out', { lease: 300 }));
    expect(await redis.keys('*')).toEqual([]);
  });

  test('is taken over at once from a process of this machine that is dead', async () => {
    const child = spawn(process.execPath, ['--eval', '']);
    await new Promise((resolve) => child.once('exit', resolve));
    await leaveLock({ host: hostname(), pid: child.pid ?? 0 }, 600_000);
    await confirmAndRelease(await ProducerLock.acquire(redis, 'out'));
  });

  test('is taken over from another machine when its lease ends', async () => {
    await leaveLock({ host: 'elsewhere', pid: 1 }, 200);
    const waits: string[] = [];
    await confirmAndRelease(
      await ProducerLock.acquire(redis, 'out', { lease: 2_000, onWait: (holder) => waits.push(holder) }),
    );
    expect(waits).toEqual(['process 1 on elsewhere']);
  });

  test('that was lost is noticed before the next step', async () => {
    const lock = await ProducerLock.acquire(redis, 'out', { lease: 60_000 });
    const [key = ''] = await redis.keys('*');
    const own = await redis.get(key);
    await redis.set(key, JSON.stringify({ host: 'elsewhere', pid: 1, token: 'other' }));
    await expect(lock.confirm()).rejects.toMatchObject({ code: 'producer-superseded' });
    await lock.release();
    expect(await redis.get(key)).not.toBe(own);
    expect(await redis.get(key)).not.toBeNull();
  });

  test('that Redis forgot is taken again', async () => {
    const lock = await ProducerLock.acquire(redis, 'out');
    await redis.flushall();
    await lock.confirm();
    expect(await redis.keys('*')).toHaveLength(1);
    await lock.release();
  });
});

async function confirmAndRelease(lock: ProducerLock): Promise<void> {
  await lock.confirm();
  await lock.release();
}
