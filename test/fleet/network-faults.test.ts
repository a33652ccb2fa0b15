import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { retryTransient } from '../../src/shared/store/retry.ts';
import { openS3Store, type S3Store } from '../../src/shared/store/s3-store.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { type S3Server, s3ServerProgram, startS3Server } from './s3-server.ts';

const program = await s3ServerProgram();
const bytes = Buffer.from(Array.from({ length: 5000 }, (_, i) => i % 251));

describe.skipIf(program === null)('a store behind a bad network', () => {
  let server: S3Server;
  let proxy: FaultProxy;
  let store: S3Store;

  beforeAll(async () => {
    server = await startS3Server(program ?? '');
    await server.createBucket('bucket');
    proxy = await startFaultProxy(server.endpoint, 'network');
    for (const [name, value] of Object.entries(server.environment)) process.env[name] = value;
    store = await openS3Store('s3://bucket', { ...process.env, AWS_ENDPOINT_URL: proxy.endpoint });
    await store.put('present', bytes, 'application/octet-stream');
  });
  beforeEach(() => proxy.set({}));
  afterAll(async () => {
    await store?.close();
    await proxy?.stop();
    await server?.stop();
    for (const name of Object.keys(server?.environment ?? {})) delete process.env[name];
  });

  /** As many requests of each kind as show every fault. */
  async function work(name: string): Promise<void> {
    for (let i = 0; i < 15; i += 1) {
      const key = `${name}/${i}`;
      await retryTransient(() => store.put(key, bytes, 'application/octet-stream'));
      expect(await retryTransient(() => store.get(key))).toEqual(bytes);
      expect(await retryTransient(() => store.exists(`${key}-absent`))).toBe(false);
    }
  }

  test.for(['slowDown', 'reset', 'lost', 'truncated'] as const)('keeps every byte through %s', async (kind) => {
    const before = proxy.counts[kind];
    proxy.set({ [kind]: 0.2 });
    await work(kind);
    expect(proxy.counts[kind]).toBeGreaterThan(before);
  });

  test('says what is wrong when a server stays busy', async () => {
    proxy.set({ slowDown: 1 });
    await expect(store.get('present')).rejects.toMatchObject({ code: 'unavailable', transient: true });
  });

  // Takes the minute that a silent connection is given.
  test.skipIf(process.env.GRADLINE_CHAOS !== 'long')(
    'gives a half-open connection up',
    { timeout: 150_000 },
    async () => {
      proxy.set({ halfOpen: 1 });
      const reading = store.get('present');
      await vi.waitUntil(() => proxy.counts.halfOpen > 0);
      proxy.set({});
      expect(await reading).toEqual(bytes);
    },
  );

  test('meets the same faults with the same seed', async () => {
    const counts: object[] = [];
    for (let time = 0; time < 2; time += 1) {
      const again = await startFaultProxy(server.endpoint, 'again', { slowDown: 0.3, reset: 0.1 });
      const through = await openS3Store('s3://bucket', { ...process.env, AWS_ENDPOINT_URL: again.endpoint });
      for (let i = 0; i < 8; i += 1) await retryTransient(() => through.get('present'));
      counts.push({ ...again.counts });
      await through.close();
      await again.stop();
    }
    expect(counts[1]).toEqual(counts[0]);
    expect(counts[0]).toMatchObject({ slowDown: expect.toSatisfy((count: number) => count > 0) });
  });
});
