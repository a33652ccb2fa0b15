import type { Command } from 'commander';
import type { RedisClient } from '../shared/ledger/run-keys.ts';

export interface RedisOption {
  redis?: string;
}

export function addRedisOption(command: Command): Command {
  return command.option(
    '--redis <url>',
    'where Redis is; rediss:// for TLS (default: GRADLINE_REDIS, else redis://127.0.0.1:6379)',
  );
}

/** The address may hold a password: `maskRedisUrl` makes it fit to be shown. */
export function redisAddress({ redis }: RedisOption, environment: NodeJS.ProcessEnv = process.env): string {
  return redis || environment.GRADLINE_REDIS || 'redis://127.0.0.1:6379';
}

/** Connects, does the work of one command, and disconnects. */
export async function withRedis<Result>(
  options: RedisOption,
  work: (redis: RedisClient) => Promise<Result>,
): Promise<Result> {
  const { connectRedis } = await import('../shared/ledger/connect-redis.ts');
  const redis = await connectRedis(redisAddress(options), { use: 'command' });
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
