import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { request } from 'node:http';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type OutputServer, serveOutput } from '../../../src/report/serve/serve-output.ts';
import { openStore } from '../../../src/shared/store/open-store.ts';
import type { Store } from '../../../src/shared/store/store.ts';
import { s3Program, useS3 } from '../../fleet/use-s3.ts';
import { temporaryFolder, writeFiles } from '../../shared/temporary-folder.ts';

const files = {
  'run.json': '{"run":"a"}',
  'report/index.html': '<!doctype html><title>report</title>',
  'report/app.js': 'let page;',
  'report/app.css': 'body { margin: 0 }',
  'report/licenses.md': '# Licenses',
  'report/collect.csv': 'rank\r\n',
  'scores/part-00000.jsonl': '{}\n',
  'overlays/a b#c?d%.jpg/seen.jpg': 'a picture',
  'maps/a.npy': 'an array',
  '.env': 'secret',
  'report/.draft': 'secret',
  'empty.txt': '',
};

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

/** As it is: `fetch` would tidy the path up and set the host itself. */
function ask(
  server: OutputServer,
  path: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const { hostname, port } = new URL(server.address);
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path, method, headers, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) }),
      );
    });
    asked.on('error', reject);
    asked.end();
  });
}

async function served(store: Store, port = 0): Promise<OutputServer> {
  const server = await serveOutput(store, port);
  onTestFinished(() => server.close());
  return server;
}

async function servedFiles(): Promise<OutputServer> {
  const folder = await temporaryFolder();
  await writeFiles(folder, { 'outside.txt': 'secret' });
  await writeFiles(join(folder, 'out'), files);
  return served(await openStore(join(folder, 'out')));
}

describe('a served folder', () => {
  test('leads from the root to the page', async () => {
    const server = await servedFiles();
    const { status, headers } = await ask(server, '/');
    expect([status, headers.location]).toEqual([302, '/report/index.html']);
    expect((await ask(server, '/report/')).body.toString()).toBe(files['report/index.html']);
  });

  test.each([
    ['/report/index.html', 'text/html; charset=utf-8'],
    ['/report/app.js', 'text/javascript; charset=utf-8'],
    ['/report/app.css', 'text/css; charset=utf-8'],
    ['/report/licenses.md', 'text/plain; charset=utf-8'],
    ['/report/collect.csv', 'text/csv; charset=utf-8'],
    ['/run.json', 'application/json; charset=utf-8'],
    ['/scores/part-00000.jsonl', 'text/plain; charset=utf-8'],
    ['/overlays/a%20b%23c%3Fd%25.jpg/seen.jpg', 'image/jpeg'],
    ['/maps/a.npy', 'application/octet-stream'],
  ])('sends %s as %s', async (path, type) => {
    const { status, headers, body } = await ask(await servedFiles(), path);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe(type);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(Number(headers['content-length'])).toBe(body.length);
    const key = decodeURIComponent(path.slice(1));
    expect(body.toString()).toBe(Object.entries(files).find(([name]) => name === key)?.[1]);
  });

  test.each([
    '/../outside.txt',
    '/report/../../outside.txt',
    '/%2e%2e/outside.txt',
    '/..%2foutside.txt',
    '/.env',
    '/report/.draft',
    '/report',
    '/report/data/',
    '/nothing.html',
    `/${'x'.repeat(300)}`,
    '/run.json/inside',
  ])('has nothing at %s, and lists nothing', async (path) => {
    const { status, body } = await ask(await servedFiles(), path);
    expect(status).toBe(404);
    expect(body.toString()).toBe('There is no such file.\n');
  });

  test('answers only to loopback names', async () => {
    const server = await servedFiles();
    const { port } = new URL(server.address);
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, 'LOCALHOST']) {
      expect((await ask(server, '/run.json', { headers: { host } })).status).toBe(200);
    }
    for (const host of ['evil.example', `evil.example:${port}`, `127.0.0.1.evil.example:${port}`]) {
      const { status, body } = await ask(server, '/run.json', { headers: { host } });
      expect(status).toBe(403);
      expect(body.toString()).not.toContain('"run"');
    }
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('refuses %s', async (method) => {
    const server = await servedFiles();
    const { status, headers } = await ask(server, '/run.json', { method });
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
    expect((await ask(server, '/run.json')).body.toString()).toBe(files['run.json']);
  });

  test('says what HEAD asks for without sending it', async () => {
    const { status, headers, body } = await ask(await servedFiles(), '/report/app.js', { method: 'HEAD' });
    expect([status, headers['content-length'], body.length]).toEqual([200, '9', 0]);
    const empty = await ask(await servedFiles(), '/empty.txt');
    expect([empty.status, empty.headers['content-length']]).toEqual([200, '0']);
  });

  test('sends what has changed, and 304 for what has not', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'report/app.js': 'first' });
    const server = await served(await openStore(folder));
    const etag = String((await ask(server, '/report/app.js')).headers.etag);
    const again = await ask(server, '/report/app.js', { headers: { 'if-none-match': etag } });
    expect([again.status, again.body.length]).toEqual([304, 0]);
    await writeFiles(folder, { 'report/app.js': 'second version' });
    const later = await ask(server, '/report/app.js', { headers: { 'if-none-match': etag } });
    expect([later.status, later.body.toString()]).toEqual([200, 'second version']);
  });

  test('listens on this machine alone, and frees its port when closed', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, files);
    const server = await serveOutput(await openStore(folder), 0);
    const port = Number(new URL(server.address).port);
    expect(server.address).toBe(`http://127.0.0.1:${port}`);
    const others = Object.values(networkInterfaces()).flatMap((list) => list?.filter((entry) => !entry.internal) ?? []);
    for (const { address } of others.filter(({ family }) => family === 'IPv4')) {
      await expect(ask({ ...server, address: `http://${address}:${port}` }, '/run.json')).rejects.toThrow();
    }
    await expect(serveOutput(await openStore(folder), port)).rejects.toMatchObject({ code: 'port-in-use' });
    await server.close();
    const next = await served(await openStore(folder), port);
    expect((await ask(next, '/run.json')).status).toBe(200);
  });
});

const large = randomBytes(9 << 20);

async function expectParts(server: OutputServer): Promise<void> {
  const part = async (range: string) => ask(server, '/scores/scores.parquet', { headers: { range } });
  const whole = await ask(server, '/scores/scores.parquet');
  expect([whole.status, whole.body.equals(large)]).toEqual([200, true]);

  const middle = await part('bytes=8388600-8388619');
  expect([middle.status, middle.headers['content-range']]).toEqual([206, `bytes 8388600-8388619/${large.length}`]);
  expect(middle.body.equals(large.subarray(8388600, 8388620))).toBe(true);
  const last = await part('bytes=-5');
  expect([last.status, last.body.equals(large.subarray(-5))]).toEqual([206, true]);
  const open = await part(`bytes=${large.length - 3}-`);
  expect([open.status, open.body.equals(large.subarray(-3))]).toEqual([206, true]);

  const outside = await part(`bytes=${large.length}-`);
  expect([outside.status, outside.headers['content-range']]).toEqual([416, `bytes */${large.length}`]);
  for (const range of ['bytes=0-0,5-6', 'lines=1-2', 'nonsense']) {
    const all = await part(range);
    expect([all.status, all.body.length]).toEqual([200, large.length]);
  }
  const changed = { range: 'bytes=0-1', 'if-range': '"another version"' };
  expect((await ask(server, '/scores/scores.parquet', { headers: changed })).status).toBe(200);
  const same = { range: 'bytes=0-1', 'if-range': String(whole.headers.etag) };
  expect((await ask(server, '/scores/scores.parquet', { headers: same })).status).toBe(206);
}

test('parts of a file of a folder', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'scores'));
  const store = await openStore(folder);
  await store.put('scores/scores.parquet', large, 'application/vnd.apache.parquet');
  await expectParts(await served(store));
});

describe.skipIf(s3Program === null)('a served bucket', () => {
  useS3('served');

  test('sends parts, says what is not there, and knows versions', async () => {
    const store = await openStore('s3://served/nightly');
    await store.put('scores/scores.parquet', large, 'application/vnd.apache.parquet');
    await store.put('run.json', '{}', 'application/json');
    await store.put('empty.txt', '', 'text/plain');
    const outside = await openStore('s3://served');
    await outside.put('secret.txt', 'secret', 'text/plain');
    const server = await served(store);
    await expectParts(server);
    expect((await ask(server, '/%2e%2e/secret.txt')).status).toBe(404);
    expect((await ask(server, '/nothing')).status).toBe(404);
    expect((await ask(server, '/empty.txt')).headers['content-length']).toBe('0');
    const etag = String((await ask(server, '/run.json')).headers.etag);
    expect((await ask(server, '/run.json', { headers: { 'if-none-match': etag } })).status).toBe(304);
    await store.put('run.json', '{"later":1}', 'application/json');
    expect((await ask(server, '/run.json', { headers: { 'if-none-match': etag } })).body.toString()).toBe(
      '{"later":1}',
    );
  });
});
