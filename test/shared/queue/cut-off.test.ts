/** What is put into the queue while the connection to Redis breaks off within its replies, as when Redis is killed. */

import { connect as connectTo, createServer, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { connectRedis } from '../../../src/shared/ledger/connect-redis.ts';
import { enqueueShards, openShardQueue } from '../../../src/shared/queue/shard-queue.ts';
import { connect, range, waitingShards } from '../../fleet/producing.ts';
import { redisProgram, useRedis } from '../ledger/fixture.ts';

/** Between clients and a Redis; the next `cuts` long answers are passed on in part, then their connections end. */
class CuttingProxy {
  cuts = 0;
  port = 0;
  readonly #sockets = new Set<Socket>();
  readonly #listener;

  constructor(redisPort: number) {
    this.#listener = createServer((client) => {
      const server = connectTo(redisPort, '127.0.0.1');
      for (const socket of [client, server]) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
      }
      client.on('data', (bytes) => server.write(bytes));
      client.on('close', () => server.destroy());
      server.on('close', () => client.destroy());
      server.on('data', (bytes) => this.#answer(client, bytes));
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#listener.listen(0, '127.0.0.1', resolve));
    const address = this.#listener.address();
    if (typeof address === 'object' && address !== null) this.port = address.port;
  }

  stop(): void {
    this.#listener.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #answer(client: Socket, bytes: Buffer): void {
    // The ids of added jobs; what a connection is greeted with passes.
    if (this.cuts === 0 || !bytes.includes('night.')) {
      client.write(bytes);
      return;
    }
    this.cuts -= 1;
    client.write(bytes.subarray(0, bytes.length / 2), () => client.destroy());
  }
}

describe.skipIf(redisProgram === null)('shards that are enqueued while Redis goes away within its replies', () => {
  const running = useRedis();
  let proxy: CuttingProxy;

  beforeAll(async () => {
    proxy = new CuttingProxy(running().server.port);
    await proxy.start();
  });
  afterAll(() => proxy?.stop());
  afterEach(async () => {
    proxy.cuts = 0;
    await running().redis.flushdb();
  });

  /** Enqueues 100 shards through the proxy. */
  async function enqueue(cuts: number): Promise<void> {
    const redis = await connectRedis(`redis://127.0.0.1:${proxy.port}`, { use: 'command' });
    const queue = openShardQueue(redis);
    try {
      await queue.waitUntilReady();
      proxy.cuts = cuts;
      await enqueueShards(queue, 'night', range(100));
    } finally {
      await queue.close();
      redis.disconnect();
    }
  }

  async function enqueued(): Promise<number[]> {
    const redis = await connect(running().server.url);
    return (await waitingShards(redis)).shards;
  }

  test.for([1, 3])('are each there once, after %i times', async (cuts) => {
    await enqueue(cuts);
    expect(proxy.cuts).toBe(0);
    expect(await enqueued()).toEqual(range(100));
  });

  test('and always again are given up, with the reason', { timeout: 60_000 }, async () => {
    await expect(enqueue(Number.POSITIVE_INFINITY)).rejects.toMatchObject({
      code: 'redis-unreachable',
      message: expect.stringContaining('cannot be reached'),
    });
  });
});
