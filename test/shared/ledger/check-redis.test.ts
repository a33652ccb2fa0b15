import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { checkRedis } from '../../../src/shared/ledger/check-redis.ts';
import { connectRedis } from '../../../src/shared/ledger/connect-redis.ts';
import { type RedisServer, startRedis } from '../../fleet/redis-server.ts';
import { redisProgram } from './fixture.ts';

async function check(url: string) {
  const redis = await connectRedis(url, { use: 'command' });
  try {
    return await checkRedis(redis);
  } finally {
    redis.disconnect();
  }
}

async function withRedis<T>(settings: string[], work: (server: RedisServer) => Promise<T>): Promise<T> {
  if (redisProgram === null) throw new Error('There is no redis-server.');
  const server = await startRedis(redisProgram, settings);
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}

describe.skipIf(redisProgram === null)('checking Redis before work begins', () => {
  it('has nothing to say about one that keeps what it is given', async () => {
    const result = await withRedis(['--appendonly', 'yes'], ({ url }) => check(url));
    expect(result).toEqual({ version: expect.stringMatching(/^\d+\.\d+\.\d+$/), cluster: false, warnings: [] });
  });

  it('warns of one that forgets at a restart', async () => {
    const { warnings } = await withRedis([], ({ url }) => check(url));
    expect(warnings).toEqual([expect.stringContaining('CONFIG SET appendonly yes')]);
  });

  it.each(['allkeys-lru', 'volatile-ttl'])('refuses one that evicts by %s', async (policy) => {
    await withRedis(['--maxmemory-policy', policy], async ({ url }) => {
      await expect(check(url)).rejects.toMatchObject({
        code: 'redis-evicts',
        message: expect.stringContaining('CONFIG SET maxmemory-policy noeviction'),
      });
    });
  });

  it('refuses a replica', async () => {
    await withRedis([], (primary) =>
      withRedis(['--replicaof', `127.0.0.1 ${primary.port}`], async ({ url }) => {
        await expect(check(url)).rejects.toMatchObject({ code: 'redis-read-only' });
      }),
    );
  });

  it('refuses one that is too old', async () => {
    // No such server can be installed any more; this one only says what an old one says.
    const info = 'redis_version:6.0.16\r\nrole:master\r\nmaxmemory_policy:noeviction\r\ncluster_enabled:0\r\n';
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (data) => {
        for (const command of String(data)
          .toLowerCase()
          .matchAll(/\r\n(info|client)\r\n/g)) {
          socket.write(command[1] === 'info' ? `$${info.length}\r\n${info}\r\n` : '+OK\r\n');
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('No port.');
    await expect(check(`redis://127.0.0.1:${address.port}`)).rejects.toMatchObject({
      code: 'redis-too-old',
      message: expect.stringContaining('6.0.16'),
    });
    await new Promise((resolve) => server.close(resolve));
  });
});
