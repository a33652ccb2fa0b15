import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openStore, readLocation } from '../../../src/shared/store/open-store.ts';
import { openS3Store } from '../../../src/shared/store/s3-store.ts';
import type { Store } from '../../../src/shared/store/store.ts';
import { type S3Server, s3ServerProgram, startS3Server } from '../../fleet/s3-server.ts';

const program = await s3ServerProgram();

async function keysOf(store: Store, prefix?: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}

describe.skipIf(program === null)('a bucket', () => {
  let server: S3Server;

  beforeAll(async () => {
    server = await startS3Server(program ?? '');
    for (const [name, value] of Object.entries(server.environment)) vi.stubEnv(name, value);
    await server.createBucket('photos');
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await server.stop();
  });

  const keys = ['a b.jpg', 'é \u00e9.jpg', 'e\u0301.jpg', '100%+1.jpg', '%41.jpg', `it's "q" & <r>.jpg`, '猫/🐈.jpg'];
  test.each(keys)('%s comes back as it was put', async (key) => {
    const store = await openStore(`s3://photos/names/${keys.indexOf(key)}`);
    const body = Buffer.from([0, 1, 2, 253, 254, 255]);
    expect(await store.exists(key)).toBe(false);
    await store.put(key, body, 'image/jpeg');
    expect(await store.exists(key)).toBe(true);
    expect(await store.get(key)).toEqual(body);
    expect(await keysOf(store)).toEqual([key]);
    await store.delete(key);
    expect(await store.exists(key)).toBe(false);
    await store.delete(key);
    await store.close();
  });

  test('bytes are stored without a checksum trailer, and text as UTF-8 with its type', async () => {
    const store = await openStore('s3://photos/plain');
    await store.put('é.json', '{"é":1}', 'application/json');
    expect((await store.get('é.json')).toString()).toBe('{"é":1}');
    const { GetObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
    const client = new S3Client({ forcePathStyle: true });
    const answer = await client.send(new GetObjectCommand({ Bucket: 'photos', Key: 'plain/é.json' }));
    expect(answer.ContentType).toBe('application/json');
    expect(answer.ContentLength).toBe(Buffer.byteLength('{"é":1}'));
    client.destroy();
    await store.close();
  });

  test('a listing goes through all pages, stays below the prefix, and skips hidden keys', async () => {
    const store = await openStore('s3://photos/many/');
    const names = Array.from({ length: 1_203 }, (_, index) => `${String(index).padStart(5, '0')}.jpg`);
    for (let start = 0; start < names.length; start += 50) {
      await Promise.all(names.slice(start, start + 50).map((name) => store.put(name, 'x', 'image/jpeg')));
    }
    await store.put('.hidden.jpg', 'x', 'image/jpeg');
    const beside = await openStore('s3://photos/many-more');
    await beside.put('x.jpg', 'x', 'image/jpeg');
    expect(await keysOf(store)).toEqual(names);
    expect(await keysOf(store, '0000')).toEqual(names.slice(0, 10));
    expect(store.location).toBe('s3://photos/many');
    await Promise.all([store.close(), beside.close()]);
  });

  test("a listing has the order of the keys' UTF-8 bytes", async () => {
    const store = await openStore('s3://photos/order');
    const keys = [
      'a/z.jpg',
      'a-b.jpg',
      'a.jpg',
      'a0.jpg',
      'B.jpg',
      'é.jpg',
      '\ufb01.jpg',
      '\u{1f408}.jpg',
      'a/b/c.jpg',
    ];
    for (const key of keys) await store.put(key, 'x', 'image/jpeg');
    const byBytes = [...keys].sort((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)));
    expect(await keysOf(store)).toEqual(byBytes);
  });

  test('readLocation reads one object by its address', async () => {
    const store = await openStore('s3://photos');
    await store.put('classes.json', '["cat"]', 'application/json');
    expect((await readLocation('s3://photos/classes.json')).toString()).toBe('["cat"]');
    await store.close();
  });

  test('a missing key is not-found and a missing bucket is no-such-bucket', async () => {
    const store = await openStore('s3://photos');
    await expect(store.get('missing.jpg')).rejects.toMatchObject({
      name: 'StoreError',
      code: 'not-found',
      transient: false,
      message: expect.stringContaining('s3://photos/missing.jpg'),
    });
    const nowhere = await openStore('s3://no-bucket-here/x');
    await expect(nowhere.get('a.jpg')).rejects.toMatchObject({ code: 'no-such-bucket' });
    await expect(nowhere.put('a.jpg', 'x', 'image/jpeg')).rejects.toMatchObject({ code: 'no-such-bucket' });
    await expect(keysOf(nowhere)).rejects.toMatchObject({ code: 'no-such-bucket', transient: false });
  });

  test('a wrong secret is access-denied', async () => {
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'wrong');
    const store = await openStore('s3://photos');
    await expect(store.get('classes.json')).rejects.toMatchObject({ code: 'access-denied', transient: false });
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', server.environment.AWS_SECRET_ACCESS_KEY ?? '');
  });

  test('a server that is gone is unavailable and worth another try', async () => {
    const gone = await startS3Server(program ?? '');
    await gone.stop();
    const store = await openS3Store('s3://photos', { ...process.env, AWS_ENDPOINT_URL_S3: gone.endpoint });
    await expect(store.put('a.jpg', 'x', 'image/jpeg')).rejects.toMatchObject({
      code: 'unavailable',
      transient: true,
      message: expect.stringContaining('did not answer'),
    });
  });
});

test('an address without a bucket is refused', async () => {
  await expect(openStore('s3:///prefix')).rejects.toMatchObject({ name: 'UserError', code: 'bad-location' });
  await expect(openStore('gs://bucket/prefix')).rejects.toMatchObject({ name: 'UserError', code: 'bad-location' });
});
