import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GetObjectCommand, PutObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { retryTransient } from '../../../src/shared/store/retry.ts';
import { DirectRequests } from '../../../src/shared/store/s3-direct.ts';
import { openS3Store } from '../../../src/shared/store/s3-store.ts';
import { startFaultProxy } from '../../fleet/fault-proxy.ts';
import { type AskedRequest, type FrontAnswer, startFront } from '../../fleet/s3-front.ts';
import { s3Program, useS3 } from '../../fleet/use-s3.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const bucket = 'photos';
const body = Buffer.from([0, 1, 2, 253, 254, 255]);

afterEach(() => {
  vi.useRealTimers();
});

/** A client that has read and written an object, and the requests that need it no more. */
async function shown(configuration: S3ClientConfig = {}) {
  const client = new S3Client({
    forcePathStyle: true,
    region: 'us-east-1',
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    cacheMiddleware: true,
    ...configuration,
  });
  onTestFinished(() => client.destroy());
  const direct = new DirectRequests(client, bucket);
  const put = async (key: string, content: Buffer, contentType: string) => {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: content, ContentType: contentType }));
  };
  const get = async (key: string) => {
    const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return { bytes: Buffer.from((await answer.Body?.transformToByteArray()) ?? []), type: answer.ContentType };
  };
  await put('first of all', body, 'image/png');
  await get('first of all');
  return { direct, put, get };
}

/** What is the same in every request for the same. */
function lasting({ method, url, headers }: AskedRequest) {
  const { authorization = '', 'x-amz-date': _time, 'amz-sdk-invocation-id': _id, ...others } = headers;
  return { method, url, others, authorization: authorization.replace(/Signature=.*/, '') };
}

async function front(server: string, answer?: (asked: AskedRequest) => FrontAnswer | null) {
  const started = await startFront(server, answer === undefined ? {} : { answer });
  onTestFinished(() => started.stop());
  return started;
}

describe('asked as the SDK asks', () => {
  const credentials = { accessKeyId: 'account', secretAccessKey: 'secret', sessionToken: 'token+/=' };
  // Browsers resolve these names so, not every system does.
  const httpAgent = new HttpAgent({
    keepAlive: true,
    lookup: (_name, options, found) => {
      if (options.all) found(null, [{ address: '127.0.0.1', family: 4 }]);
      else found(null, '127.0.0.1', 4);
    },
  });

  test.each([
    ['by path', (endpoint: string) => ({ endpoint })],
    ['below a path', (endpoint: string) => ({ endpoint: `${endpoint}/storage/s3` })],
    [
      'by host',
      (endpoint: string) => ({
        endpoint: endpoint.replace('127.0.0.1', 'localhost'),
        forcePathStyle: false,
        requestHandler: { httpAgent },
      }),
    ],
  ])('%s, for any key and content', async (_name, addressed) => {
    const { endpoint, asked } = await front('', () => ({ status: 200, body: '' }));
    const { direct, put, get } = await shown({ ...addressed(endpoint), credentials });
    const keys = fc.oneof(
      fc.string({ minLength: 1, unit: 'binary' }),
      fc.string({ minLength: 1, unit: fc.constantFrom('.', '/', ' ', '+', '%', "'", 'é', '猫') }),
    );
    await fc.assert(
      fc.asyncProperty(keys, fc.uint8Array(), async (key, bytes) => {
        const content = Buffer.from(bytes);
        asked.length = 0;
        expect(await direct.put(key, content, 'text/plain; charset=utf-8')).toBe(true);
        await put(key, content, 'text/plain; charset=utf-8');
        expect(await direct.get(key)).toEqual(Buffer.alloc(0));
        await get(key);
        const [ownPut, sdkPut, ownGet, sdkGet] = asked.map(lasting);
        expect(ownPut).toEqual(sdkPut);
        expect(ownGet).toEqual(sdkGet);
      }),
      { numRuns: 50 },
    );
    const [first, ...others] = asked.map(({ headers }) => headers['x-amz-security-token']);
    expect([first, ...others]).toEqual(Array(4).fill('token+/='));
    expect(asked[0]?.headers.authorization).toContain(';x-amz-security-token;');
    expect(new Set(asked.map(({ headers }) => headers['amz-sdk-invocation-id'])).size).toBe(4);
  });

  test('with a new session token where the old one is replaced', async () => {
    let sessionToken = 'one';
    const { endpoint, asked } = await front('', () => ({ status: 200 }));
    const provider = async () => ({ ...credentials, sessionToken, expiration: new Date(Date.now() + 60_000) });
    const { direct, get } = await shown({ endpoint, credentials: provider });
    expect(await direct.get('a.jpg')).not.toBeNull();
    sessionToken = 'two';
    expect(await direct.get('a.jpg')).toBeNull();
    await get('a.jpg');
    expect(await direct.get('a.jpg')).not.toBeNull();
    const tokens = asked.slice(-3).map(({ headers }) => headers['x-amz-security-token']);
    expect(tokens).toEqual(['one', 'two', 'two']);
  });

  test('or not at all, where the SDK sends what depends on the object in a way not known', async () => {
    const { endpoint } = await front('', () => ({ status: 200 }));
    const { direct } = await shown({ endpoint, credentials, requestChecksumCalculation: 'WHEN_SUPPORTED' });
    expect(await direct.put('a.jpg', body, 'image/jpeg')).toBe(false);
  });

  test('or not at all, for a body that the SDK would ask about first', async () => {
    const { endpoint, asked } = await front('', () => ({ status: 200 }));
    const { direct } = await shown({ endpoint, credentials });
    const before = asked.length;
    expect(await direct.put('large.jpg', Buffer.alloc(2 << 20), 'image/jpeg')).toBe(false);
    expect(asked.length).toBe(before);
  });

  test('but three times in vain at most', async () => {
    let refusing = false;
    const { endpoint, asked } = await front('', () => ({ status: refusing ? 403 : 200 }));
    const { direct, get } = await shown({ endpoint, credentials });
    for (let time = 0; time < 3; time += 1) {
      refusing = true;
      expect(await direct.get('a.jpg')).toBeNull();
      refusing = false;
      await get('a.jpg');
    }
    const before = asked.length;
    expect(await direct.get('a.jpg')).toBeNull();
    expect(asked.length).toBe(before);
  });
});

const openssl = await promisify(execFile)('openssl', ['version']).then(
  () => true,
  () => false,
);

describe.skipIf(s3Program === null)('on a server', () => {
  const server = useS3(bucket);

  const keys = [
    'a b.jpg',
    'e\u0301 \u00e9.jpg',
    '100%+1.jpg',
    '%41%2F.jpg',
    `it's "q" & <r>!*()~.jpg`,
    '猫/🐈.jpg',
    '...jpg',
    'a=b&c;d,e:f@g$h#i?j.jpg',
  ];
  test.each(keys)('%s comes back as it was put', async (key) => {
    const { direct, get } = await shown();
    expect(await direct.put(key, body, 'image/jpeg')).toBe(true);
    expect(await direct.get(key)).toEqual(body);
    expect(await get(key)).toEqual({ bytes: body, type: 'image/jpeg' });
  });

  test('many at a time, of all sizes', async () => {
    const { direct } = await shown();
    const sizes = Array.from({ length: 60 }, (_, index) => Math.round(1.26 ** index) - 1).map((size) =>
      Math.min(size, 1 << 20),
    );
    const bodies = sizes.map((size, index) => Buffer.alloc(size, index + 1));
    const stored = await Promise.all(bodies.map((each, index) => direct.put(`sizes/${index}`, each, 'image/jpeg')));
    expect(stored).not.toContain(false);
    const found = await Promise.all(bodies.map((_, index) => direct.get(`sizes/${index}`)));
    expect(found.every((each, index) => each?.equals(bodies[index] ?? Buffer.of()))).toBe(true);
  });

  test('a missing object is the SDK’s to explain, and others are asked for as before', async () => {
    const { direct } = await shown();
    expect(await direct.get('missing.jpg')).toBeNull();
    expect(await direct.get('first of all')).toEqual(body);
    const store = await openS3Store(`s3://${bucket}`);
    await store.get('first of all');
    await expect(store.get('missing.jpg')).rejects.toMatchObject({ code: 'not-found', transient: false });
  });

  test('a clock that is an hour off is put right by the SDK, and stays so', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
    const { direct, get } = await shown();
    await get('first of all');
    expect(await direct.get('first of all')).toEqual(body);
  });

  test('credentials that change are those of the next request', async () => {
    // So near its end the SDK looks again at each request.
    vi.stubEnv('AWS_CREDENTIAL_EXPIRATION', new Date(Date.now() + 60_000).toISOString());
    const right = process.env.AWS_SECRET_ACCESS_KEY ?? '';
    onTestFinished(() => {
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', right);
      vi.stubEnv('AWS_CREDENTIAL_EXPIRATION', undefined);
    });
    const store = await openS3Store(`s3://${bucket}`);
    await store.put('changing.jpg', body, 'image/jpeg');
    for (let time = 0; time < 3; time += 1) expect(await store.get('changing.jpg')).toEqual(body);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'wrong');
    // The SDK uses the old ones once more while it looks.
    await store.get('changing.jpg').catch(() => undefined);
    await expect(store.get('changing.jpg')).rejects.toMatchObject({ code: 'access-denied' });
    await expect(store.put('changing.jpg', 'x', 'image/jpeg')).rejects.toMatchObject({ code: 'access-denied' });
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', right);
    await store.get('changing.jpg').catch(() => undefined);
    expect(await store.get('changing.jpg')).toEqual(body);
  });

  test('whatever befalls the network, objects are whole', async () => {
    const proxy = await startFaultProxy(server().endpoint, 'direct');
    onTestFinished(() => proxy.stop());
    const store = await openS3Store(`s3://${bucket}/faults`, { ...process.env, AWS_ENDPOINT_URL: proxy.endpoint });
    await store.put('first', body, 'image/jpeg');
    await store.get('first');
    const patience = { attempts: 10, firstDelay: 1 };
    proxy.set({ slowDown: 0.08, reset: 0.08, lost: 0.08, truncated: 0.08 });
    for (let index = 0; index < 40; index += 1) {
      const bytes = Buffer.alloc(20_000, index);
      await retryTransient(() => store.put(`${index}.jpg`, bytes, 'image/jpeg'), patience);
      const found = await retryTransient(() => store.get(`${index}.jpg`), patience);
      expect(found.equals(bytes)).toBe(true);
    }
    const { slowDown, reset, lost, truncated } = proxy.counts;
    for (const count of [slowDown, reset, lost, truncated]) expect(count).toBeGreaterThan(0);
  });

  test('a server that is full says so after requests that went well', async () => {
    let full = false;
    const { endpoint } = await front(server().endpoint, ({ method }) =>
      full && method === 'PUT' ? { status: 507, body: '<Error><Code>XMinioStorageFull</Code></Error>' } : null,
    );
    const store = await openS3Store(`s3://${bucket}`, { ...process.env, AWS_ENDPOINT_URL: endpoint });
    for (const key of ['a.jpg', 'b.jpg']) await store.put(key, body, 'image/jpeg');
    full = true;
    await expect(store.put('c.jpg', body, 'image/jpeg')).rejects.toMatchObject({ code: 'no-space' });
  });

  test('an error in the body of a good answer is none the less an error', async () => {
    let broken = false;
    const { endpoint } = await front(server().endpoint, ({ method }) => {
      const answer = broken && method === 'PUT' ? { status: 200, body: '<Error><Code>Internal</Code></Error>' } : null;
      broken = false;
      return answer;
    });
    const { direct } = await shown({ endpoint });
    broken = true;
    expect(await direct.put('late.jpg', body, 'image/jpeg')).toBe(false);
    const store = await openS3Store(`s3://${bucket}`, { ...process.env, AWS_ENDPOINT_URL: endpoint });
    await store.put('first of all', body, 'image/jpeg');
    broken = true;
    await store.put('late.jpg', body, 'image/jpeg');
    expect(await store.get('late.jpg')).toEqual(body);
  });

  test('a bucket of another region is found once', async () => {
    const { endpoint, asked } = await front(server().endpoint, ({ headers }) =>
      headers.authorization?.includes('/us-east-1/s3/')
        ? null
        : {
            status: 301,
            headers: { 'x-amz-bucket-region': 'us-east-1' },
            body: '<Error><Code>PermanentRedirect</Code><Message>Elsewhere</Message></Error>',
          },
    );
    const elsewhere = { ...process.env, AWS_ENDPOINT_URL: endpoint, AWS_REGION: 'eu-west-1' };
    const store = await openS3Store(`s3://${bucket}/region`, elsewhere);
    for (const key of ['a.jpg', 'b.jpg', 'c.jpg']) await store.put(key, body, 'image/jpeg');
    for (const key of ['a.jpg', 'b.jpg', 'c.jpg']) expect(await store.get(key)).toEqual(body);
    const misled = asked.filter(({ headers }) => headers.authorization?.includes('/eu-west-1/'));
    expect(misled.map(({ method }) => method)).toEqual(['PUT', 'GET']);
  });

  test.skipIf(!openssl)('over TLS', async () => {
    const folder = await temporaryFolder();
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
    const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', certificate];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    await promisify(execFile)('openssl', [...made, ...subject]);
    const [privateKey, cert] = await Promise.all([readFile(key, 'utf8'), readFile(certificate, 'utf8')]);
    const { endpoint, stop } = await startFront(server().endpoint, { tls: { key: privateKey, cert } });
    onTestFinished(stop);
    const { direct } = await shown({
      endpoint,
      requestHandler: { httpsAgent: new HttpsAgent({ ca: cert, keepAlive: true }) },
    });
    expect(await direct.put('tls.jpg', body, 'image/jpeg')).toBe(true);
    expect(await direct.get('tls.jpg')).toEqual(body);
  });
});
