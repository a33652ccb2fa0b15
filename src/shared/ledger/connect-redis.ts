/** Connections to Redis for workers, producers and commands; a Redis Cluster is found out by itself. */

import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { UserError } from '../../explain/user-error.ts';
import { type ParsedRedisAddress, parseRedisAddress, type RedisAddress } from './redis-address.ts';
import { RedisError, redisUserError } from './redis-errors.ts';
import type { RedisClient } from './run-keys.ts';

interface ConnectOptions {
  /**
   * `worker`: waits for a Redis that is away as long as it takes, which BullMQ's workers need. `command`: a command fails after
   * some ten seconds without Redis, so that a person or a producer hears of it.
   */
  use: 'worker' | 'command';
  /** How long to try for the first connection, in milliseconds; default: 30,000 for workers, 5,000 for commands. */
  patience?: number;
  /** Told of every problem with the connection, once it had been made; the client goes on trying. */
  onProblem?: (error: Error) => void;
  /** Ends the waiting for the first connection. */
  stop?: AbortSignal;
}

/** As connectRedis; null where `stop` is aborted before Redis answers. */
export async function connectRedisUnless(
  stop: AbortSignal,
  address: string,
  options: Omit<ConnectOptions, 'stop'>,
): Promise<RedisClient | null> {
  try {
    return await connectRedis(address, { ...options, stop });
  } catch (error) {
    if (stop.aborted) return null;
    throw error;
  }
}

/** Waits of 0.1, 0.2, 0.4, 0.8, 1.6 and then 2 s: some eleven seconds in all. */
const commandRetries = 9;
const hopeless = new Set<string>(['redis-login', 'redis-certificate', 'redis-permission', 'redis-read-only']);

/**
 * Connects and waits until Redis is ready. The caller ends the connection with `disconnect()`.
 * @throws UserError `bad-redis-address`; RedisError when there is no connection within the patience, or none can be; what `stop` is aborted with
 */
export async function connectRedis(address: string | RedisAddress, options: ConnectOptions): Promise<RedisClient> {
  const parsed = parseRedisAddress(address);
  const single = new Redis({
    ...parsed.connection,
    ...clientSettings(options.use),
    retryStrategy: reconnectDelay,
    lazyConnect: true,
  });
  await firstConnection(single, parsed, options);
  const clustered = await isClusterNode(single, parsed);
  if (!clustered) return single;
  single.disconnect();
  return connectCluster(parsed, options);
}

async function connectCluster(parsed: ParsedRedisAddress, options: ConnectOptions): Promise<Cluster> {
  const { host, port, db, ...login } = parsed.connection;
  if (db !== 0) {
    throw new UserError(
      'bad-redis-address',
      `${parsed.shown} is a Redis Cluster, which has only database 0: leave the /${db} out.`,
    );
  }
  const cluster = new Cluster([{ host, port }], {
    redisOptions: { ...login, ...clientSettings(options.use) },
    clusterRetryStrategy: reconnectDelay,
    lazyConnect: true,
    // The names that a cluster gives its nodes are those in their certificates: they must not become numbers.
    ...(login.tls === undefined ? {} : { dnsLookup: (name, done) => done(null, name) }),
  });
  await firstConnection(cluster, parsed, options);
  return cluster;
}

function clientSettings(use: ConnectOptions['use']) {
  return {
    // Needs no HELLO, which not every proxy and access list knows.
    protocol: 2,
    connectTimeout: 5_000,
    maxRetriesPerRequest: use === 'worker' ? null : commandRetries,
  } satisfies RedisOptions;
}

/** Grows to 2 s, and varies so that a fleet does not come back at one moment. */
function reconnectDelay(attempt: number): number {
  return Math.min(100 * 2 ** (attempt - 1), 2_000) * (0.8 + Math.random() * 0.4);
}

function firstConnection(client: RedisClient, parsed: ParsedRedisAddress, options: ConnectOptions): Promise<void> {
  const patience = options.patience ?? (options.use === 'worker' ? 30_000 : 5_000);
  return new Promise((resolve, reject) => {
    let ready = false;
    let latest: unknown = new Error('connect ETIMEDOUT');
    const settle = () => {
      clearTimeout(timer);
      options.stop?.removeEventListener('abort', onStop);
    };
    const fail = (error: unknown) => {
      settle();
      client.disconnect();
      reject(error);
    };
    const onStop = () => fail(options.stop?.reason);
    const timer = setTimeout(() => fail(redisUserError(latest, parsed.shown)), patience);
    options.stop?.addEventListener('abort', onStop);
    if (options.stop?.aborted) return onStop();
    client.on('error', (error: unknown) => {
      const problem = redisUserError(error, parsed.shown);
      if (ready) {
        options.onProblem?.(problem);
        return;
      }
      latest = error;
      if (problem instanceof RedisError && hopeless.has(problem.code)) fail(problem);
    });
    client.once('ready', () => {
      ready = true;
      settle();
      resolve();
    });
    // What it rejects with is heard of as an event, too, or is only that the connection was closed.
    client.connect().catch(() => undefined);
  });
}

async function isClusterNode(client: Redis, parsed: ParsedRedisAddress): Promise<boolean> {
  try {
    return /^cluster_enabled:1\r?$/m.test(await client.info('cluster'));
  } catch (error) {
    client.disconnect();
    throw redisUserError(error, parsed.shown);
  }
}
