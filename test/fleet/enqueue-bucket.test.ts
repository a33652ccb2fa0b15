import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { RedisClient } from '../../src/shared/ledger/run-keys.ts';
import { PlanReader, readPlanClasses } from '../../src/shared/run/plan-files.ts';
import { openStore } from '../../src/shared/store/open-store.ts';
import type { Store } from '../../src/shared/store/store.ts';
import { compareKeys } from '../../src/shared/store/store-key.ts';
import { connect, plannedKeys, produce, range, readPlan, waitingShards } from './producing.ts';
import { type RedisServer, redisServerProgram, startRedis } from './redis-server.ts';
import { type S3Server, s3ServerProgram, startS3Server } from './s3-server.ts';

const [redisProgram, s3Program] = await Promise.all([redisServerProgram(), s3ServerProgram()]);

/** 1,024 bytes with the prefix before it. */
const longest = (prefix: string) => {
  const parts = range(5).map((i) => `${'é'.repeat(90)}${i}`);
  const head = `${parts.join('/')}/`;
  return `${head}${'x'.repeat(1_024 - Buffer.byteLength(prefix + head) - 4)}.jpg`;
};

const strangeKeys = [
  'a b/with space.jpg',
  'plus+plus/1+1.jpg',
  'hash#/#1.jpg',
  'percent%/100%25.jpg',
  `quotes"'/it's "one".jpg`,
  'ünïcode/ñ 図 🐈.jpg',
  'amp&/a=b&c;d.jpg',
  'brackets[0](1){2}/!$,@.jpg',
  longest('strange/'),
];

describe.skipIf(redisProgram === null || s3Program === null)('enqueueing a bucket', () => {
  let s3: S3Server;
  let server: RedisServer;
  let redis: RedisClient;
  let store: Store;
  let folder: string;

  beforeAll(async () => {
    [s3, server] = await Promise.all([startS3Server(s3Program ?? ''), startRedis(redisProgram ?? '')]);
    for (const [name, value] of Object.entries(s3.environment)) vi.stubEnv(name, value);
    redis = await connect(server.url);
    await s3.createBucket('photos');
    store = await openStore('s3://photos');
    folder = await mkdtemp(join(tmpdir(), 'gradline-test-'));
    await writeFile(join(folder, 'model.onnx'), 'not a model');
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    redis.disconnect();
    await store.close();
    await Promise.all([s3.stop(), server.stop(), rm(folder, { recursive: true, force: true })]);
  });

  const produceFrom = (prefix: string, production: Parameters<typeof produce>[2] = {}) =>
    produce(redis, folder, {
      ...production,
      settings: {
        input: `s3://photos/${prefix}`,
        output: `s3://photos/out/${prefix}`,
        'shard-size': 1,
        ...production.settings,
      },
    });

  test('plans 5,000 keys over several pages, each once', async () => {
    const keys = range(5_000).map((i) => `${String(i % 7)}/${String(i).padStart(5, '0')}.jpg`);
    await putAll(store, 'many/', keys);
    const summary = await produceFrom('many', { settings: { 'shard-size': 4 } });
    expect(summary).toMatchObject({ state: 'enqueued', images: 5_000, shards: 1_250 });
    expect(await plannedKeys('s3://photos/out/many')).toEqual([...keys].sort(compareKeys));
  });

  test('plans keys with any characters and of any length', async () => {
    await putAll(store, 'strange/', strangeKeys);
    const { run } = await produceFrom('strange', { settings: { labels: 'folder' } });
    expect(await plannedKeys('s3://photos/out/strange')).toEqual([...strangeKeys].sort(compareKeys));
    const output = await openStore('s3://photos/out/strange');
    const folders = strangeKeys.map((key) => key.split('/')[0] ?? '');
    expect(await readPlanClasses(output)).toEqual({ names: [...folders].sort(compareKeys), ids: null });
    const reader = new PlanReader(output, 1);
    const input = await openStore('s3://photos/strange');
    for (const shard of range(strangeKeys.length)) {
      const { images } = await reader.readShard(shard);
      const { key, label } = images[0] ?? { key: '', label: null };
      expect((await input.get(key)).toString()).toBe(key);
      expect(label).toBe([...folders].sort(compareKeys).indexOf(key.split('/')[0] ?? ''));
    }
    expect((await waitingShards(redis)).ids).toEqual(
      expect.arrayContaining(range(strangeKeys.length).map((shard) => `${run}.${shard}`)),
    );
    await Promise.all([input.close(), output.close()]);
  });

  test('goes on behind what is planned when the prefix changes meanwhile', async () => {
    const keys = range(900).map((i) => `${String(i).padStart(4, '0')}.jpg`);
    await putAll(store, 'moving/', keys);
    const stop = new AbortController();
    await produceFrom('moving', {
      run: 'moving',
      highWatermark: 100,
      signal: stop.signal,
      events: { onProgress: ({ images }) => images >= 256 && stop.abort() },
    });
    const before = await readPlan('s3://photos/out/moving');
    expect(before.lines.length).toBeGreaterThanOrEqual(256);
    expect(before.lines.length).toBeLessThan(900);
    const behind = before.lines.length;
    await putAll(store, 'moving/', ['0000a.jpg', '0100a.jpg', '0899a.jpg']);
    for (const key of ['0001.jpg', '0890.jpg']) await store.delete(`moving/${key}`);
    const summary = await produceFrom('moving');
    expect(summary).toMatchObject({ run: 'moving', state: 'enqueued', images: 900 });
    const planned = await plannedKeys('s3://photos/out/moving');
    expect(planned.slice(0, behind)).toEqual(keys.slice(0, behind));
    expect(planned).toEqual([...keys.filter((key) => key !== '0890.jpg'), '0899a.jpg']);
  });

  test('reads a list there piece by piece', async () => {
    // Over 8 MiB, the size of a piece.
    const keys = range(60_000).map((i) => `${'x'.repeat(150)}/${i}.jpg`);
    await store.put(
      'lists/large.csv',
      `key,label\n${keys.map((key, i) => `${key},${i % 3}`).join('\n')}\n`,
      'text/csv',
    );
    const settings = { input: 's3://photos/lists/large.csv', output: 's3://photos/out/large', 'shard-size': 64 };
    expect(await produceFrom('', { settings })).toMatchObject({ images: 60_000, labelled: 60_000 });
    expect(await plannedKeys('s3://photos/out/large')).toEqual(keys);
  });

  test('says when a prefix or bucket holds nothing', async () => {
    await store.put('texts/a.txt', '', 'text/plain');
    await expect(produceFrom('texts')).rejects.toThrow(
      /s3:\/\/photos\/texts holds no images .* It holds 1 other file \(\.txt\)\./,
    );
    await expect(produceFrom('empty')).rejects.toMatchObject({ code: 'no-images' });
    await expect(produceFrom('', { settings: { input: 's3://no-such-bucket/x' } })).rejects.toMatchObject({
      code: 'no-such-bucket',
    });
    expect(await store.exists('out/empty/run.json')).toBe(false);
  });
});

async function putAll(store: Store, prefix: string, keys: readonly string[]): Promise<void> {
  const left = [...keys];
  const putNext = async (): Promise<void> => {
    for (let key = left.pop(); key !== undefined; key = left.pop()) await store.put(prefix + key, key, 'image/jpeg');
  };
  await Promise.all(range(24).map(putNext));
}
