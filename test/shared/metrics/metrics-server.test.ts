import { createServer } from 'node:http';
import { connect } from 'node:net';
import { Registry } from 'prom-client';
import { expect, onTestFinished, test } from 'vitest';
import { counter } from '../../../src/shared/metrics/describe.ts';
import { type ListenAddress, parseListenAddress } from '../../../src/shared/metrics/listen-address.ts';
import { type Observed, startMetricsServer } from '../../../src/shared/metrics/metrics-server.ts';
import { freePort } from '../../fleet/free-port.ts';

async function serving(changes: Partial<Observed> = {}, address: ListenAddress = { host: '127.0.0.1', port: 0 }) {
  const observed = { registry: new Registry(), live: () => null, ready: async () => null, ...changes };
  const server = await startMetricsServer(address, observed);
  onTestFinished(() => server[Symbol.asyncDispose]());
  return {
    registry: observed.registry,
    get: async (path: string, method = 'GET') => {
      const response = await fetch(`${server.url}${path}`, { method });
      return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
    },
  };
}

test.each([
  ['9464', { host: null, port: 9464 }],
  ['127.0.0.1:9464', { host: '127.0.0.1', port: 9464 }],
  ['[::1]:9464', { host: '::1', port: 9464 }],
  ['localhost:0', { host: 'localhost', port: 0 }],
])('--metrics takes %s', (text, address) => {
  expect(parseListenAddress(text)).toEqual(address);
});

test.each(['', 'metrics', '99999', 'http://127.0.0.1:9464', '::1:9464', '-1'])('--metrics refuses %j', (text) => {
  expect(() => parseListenAddress(text)).toThrow(expect.objectContaining({ code: 'bad-metrics-address' }));
});

test('metrics are served in the text form of Prometheus, brought up to date first', async () => {
  let scrapes = 0;
  const beforeScrape = async () => {
    scrapes += 1;
  };
  const { registry, get } = await serving({ beforeScrape });
  counter('things_total', 'Things.', { kind: 'which' }).open(registry).inc({ kind: 'a "quoted" one\n' }, 2);
  const { status, type, text } = await get('/metrics?name=things');
  expect({ status, type, scrapes }).toEqual({
    status: 200,
    type: 'text/plain; version=0.0.4; charset=utf-8',
    scrapes: 1,
  });
  expect(text).toBe(
    '# HELP things_total Things.\n# TYPE things_total counter\nthings_total{kind="a \\"quoted\\" one\\n"} 2\n',
  );
});

test('numbers that cannot be told now are an error, not nothing to do', async () => {
  const { get } = await serving({
    beforeScrape: async () => {
      throw new Error('Redis does not answer.');
    },
  });
  expect(await get('/metrics')).toMatchObject({ status: 503, text: 'Redis does not answer.\n' });
  expect(await get('/livez')).toMatchObject({ status: 200 });
});

test('health says in a sentence what is wrong; what is not live is not ready either', async () => {
  let stuck: string | null = null;
  let waiting: string | null = 'The model is not warm yet.';
  const { get } = await serving({ live: () => stuck, ready: async () => waiting });
  expect(await get('/livez')).toMatchObject({ status: 200, text: 'ok\n' });
  expect(await get('/readyz')).toMatchObject({ status: 503, text: 'The model is not warm yet.\n' });
  waiting = null;
  expect(await get('/readyz')).toMatchObject({ status: 200, text: 'ok\n' });
  stuck = 'A batch has been at work for 20 minutes.';
  expect(await get('/livez')).toMatchObject({ status: 503, text: `${stuck}\n` });
  expect(await get('/readyz')).toMatchObject({ status: 503, text: `${stuck}\n` });
});

test('nothing else is to be had', async () => {
  const { get } = await serving();
  expect((await get('/')).status).toBe(404);
  expect((await get('/metrics/../etc')).status).toBe(404);
  expect((await get('/metrics', 'POST')).status).toBe(405);
  expect(await get('/livez', 'HEAD')).toMatchObject({ status: 200, text: '' });
});

test('a port that is taken says so', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await new Promise((resolve) => other.once('listening', resolve));
  const bound = other.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  await expect(serving({}, { host: '127.0.0.1', port })).rejects.toMatchObject({
    code: 'metrics-address-taken',
    message: expect.stringContaining(`--metrics cannot listen at 127.0.0.1:${port}: listen EADDRINUSE`),
  });
});

test('a port alone is reached through every address of the machine', async () => {
  const port = await freePort();
  await serving({}, { host: null, port });
  await new Promise<void>((resolve, reject) => {
    const socket = connect(port, '127.0.0.2', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
});
