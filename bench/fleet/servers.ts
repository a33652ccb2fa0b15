/** The servers that a fleet needs, for the length of a measurement. */

import { readFile } from 'node:fs/promises';
import type { RedisClient } from '../../src/shared/ledger/run-keys.ts';
import { type RedisServer, redisServerProgram, startRedis } from '../../test/fleet/redis-server.ts';
import { type S3Server, s3ServerProgram, startS3Server } from '../../test/fleet/s3-server.ts';

/** As Redis should be set up for a fleet. */
const settings = ['--appendonly', 'yes', '--maxmemory-policy', 'noeviction'];

/** @throws Error where there is no redis-server */
export async function benchRedis(): Promise<RedisServer> {
  const program = await redisServerProgram();
  if (program === null) throw new Error('There is no redis-server. Install it, or name one in GRADLINE_TEST_REDIS.');
  return startRedis(program, settings);
}

/** Also puts the server's address and account into this process's environment. @throws Error where it cannot be built */
export async function benchS3(...buckets: string[]): Promise<S3Server> {
  const program = await s3ServerProgram();
  if (program === null) throw new Error('There is no S3 server. Install Go, or name a VersityGW in GRADLINE_TEST_S3.');
  const server = await startS3Server(program);
  for (const [name, value] of Object.entries(server.environment)) process.env[name] = value;
  for (const bucket of buckets) await server.createBucket(bucket);
  return server;
}

export async function usedMemory(redis: RedisClient): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1]);
}

/** Processor time of a Redis and, where it runs on this machine's Linux, of an S3 server, since they started; seconds. */
export async function processorSeconds(redis: RedisClient, { pid }: S3Server): Promise<number> {
  const cpu = await redis.info('cpu');
  const ofRedis = [...cpu.matchAll(/^used_cpu_(?:sys|user):([\d.]+)/gm)].reduce(
    (sum, [, text]) => sum + Number(text),
    0,
  );
  return ofRedis + (pid === null ? 0 : await processSeconds(pid));
}

/** Clock ticks of proc(5), the same on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** Zero where there is no /proc. */
async function processSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // Behind the name of the program, which may hold anything: user and system time are the 12th and 13th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / ticksPerSecond;
}

/** How often each command was called since the server started, by clients and by scripts. */
export async function commandCalls(redis: RedisClient): Promise<Map<string, number>> {
  const text = await redis.info('commandstats');
  return new Map(
    [...text.matchAll(/^cmdstat_(\S+):calls=(\d+)/gm)].map(([, name = '', calls]) => [name, Number(calls)]),
  );
}

/** Calls between two looks, most frequent first. */
export function callsBetween(before: Map<string, number>, after: Map<string, number>): [string, number][] {
  return [...after]
    .map(([name, calls]): [string, number] => [name, calls - (before.get(name) ?? 0)])
    .filter(([, calls]) => calls > 0)
    .sort(([, a], [, b]) => b - a);
}
