import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect, promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectRedis } from '../../../src/shared/ledger/connect-redis.ts';
import type { RedisAddress } from '../../../src/shared/ledger/redis-address.ts';
import { RedisError } from '../../../src/shared/ledger/redis-errors.ts';
import type { RedisClient } from '../../../src/shared/ledger/run-keys.ts';
import { openRunLedger } from '../../../src/shared/ledger/run-keys.ts';
import { createRun, listRuns } from '../../../src/shared/ledger/runs.ts';
import { type RedisServer, startRedis } from '../../fleet/redis-server.ts';
import { redisProgram, useRedis } from './fixture.ts';

const secret = 'p@ss:w/rd#%1';
const encoded = encodeURIComponent(secret);

/** What connecting throws; it must not hold the secret anywhere, however it is printed. */
async function refusalOf(address: string | RedisAddress): Promise<RedisError> {
  const error = await connectRedis(address, { use: 'command', patience: 1_500 }).then(
    () => new Error('It connected.'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof RedisError)) throw error;
  const everything = inspect(error, { depth: 10, showHidden: true });
  expect(everything).not.toContain(secret);
  expect(everything).not.toContain(encoded);
  return error;
}

async function withServer<T>(server: Server, work: (port: number) => Promise<T>): Promise<T> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port.');
  try {
    return await work(address.port);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

async function use(client: RedisClient): Promise<void> {
  try {
    await createRun(openRunLedger(client, 'connected'), { shardSize: 4, output: 's3://bucket/out' });
    expect((await listRuns(client)).map(({ run }) => run)).toEqual(['connected']);
  } finally {
    client.disconnect();
  }
}

describe.skipIf(redisProgram === null)('connecting to Redis', () => {
  const plain = useRedis();
  let guarded: RedisServer | null = null;

  beforeAll(async () => {
    if (redisProgram === null) return;
    const user = ['--user', 'fleet', 'on', `>${secret}`, '~*gradline*', '+@all', '-@dangerous', '+info'];
    guarded = await startRedis(redisProgram, ['--requirepass', secret, ...user]);
  });
  afterAll(() => guarded?.stop());

  const guardedPort = () => guarded?.port ?? 0;

  it('logs in with a password, and as a user of the access list', async () => {
    await use(await connectRedis(`redis://:${encoded}@127.0.0.1:${guardedPort()}`, { use: 'command' }));
    await use(await connectRedis(`redis://fleet:${encoded}@127.0.0.1:${guardedPort()}`, { use: 'worker' }));
    const apart = { url: `redis://127.0.0.1:${guardedPort()}`, username: 'fleet', password: secret };
    await use(await connectRedis(apart, { use: 'command' }));
  });

  it('says that the password is wrong or missing', async () => {
    const wrong = await refusalOf(`redis://fleet:${encoded}x@127.0.0.1:${guardedPort()}`);
    expect(wrong).toMatchObject({ code: 'redis-login', transient: false });
    expect(wrong.message).toContain(`redis://127.0.0.1:${guardedPort()} refused the user or password`);
    const missing = await refusalOf(`redis://127.0.0.1:${guardedPort()}`);
    expect(missing).toMatchObject({ code: 'redis-login' });
    expect(missing.message).toContain('asks for a password');
  });

  it('says which right is missing', async () => {
    const client = await connectRedis(`redis://fleet:${encoded}@127.0.0.1:${guardedPort()}`, { use: 'command' });
    const admin = await connectRedis(`redis://:${encoded}@127.0.0.1:${guardedPort()}`, { use: 'command' });
    try {
      await admin.call('ACL', 'SETUSER', 'fleet', '-evalsha');
      const creation = createRun(openRunLedger(client, 'forbidden'), { shardSize: 4, output: 's3://bucket/out' });
      await expect(creation).rejects.toMatchObject({
        code: 'redis-permission',
        message: expect.stringContaining('evalsha'),
      });
    } finally {
      await admin.call('ACL', 'SETUSER', 'fleet', '+evalsha');
      admin.disconnect();
      client.disconnect();
    }
  });

  it('says that nobody answers', async () => {
    const refused = await refusalOf(`redis://fleet:${encoded}@127.0.0.1:1/0`);
    expect(refused).toMatchObject({ code: 'redis-unreachable', transient: true });
    expect(refused.message).toMatch(/^redis:\/\/127\.0\.0\.1:1\/0 cannot be reached \(.*ECONNREFUSED.*\)\. Check/);
    const unknown = await refusalOf(`redis://fleet:${encoded}@no-such-host.invalid`);
    expect(unknown.message).toContain('no-such-host.invalid');
    expect(unknown.code).toBe('redis-unreachable');
  });

  it('says that a server is not Redis, or hangs', async () => {
    await withServer(
      createHttpServer((_, response) => response.end('hello')),
      async (port) => {
        const http = await refusalOf(`redis://127.0.0.1:${port}`);
        expect(http).toMatchObject({ code: 'redis-unreachable' });
      },
    );
    await withServer(
      createServer((socket) => {
        socket.on('error', () => undefined);
        setTimeout(() => socket.destroy(), 2_500);
      }),
      async (port) => {
        expect(await refusalOf(`redis://127.0.0.1:${port}`)).toMatchObject({ code: 'redis-unreachable' });
      },
    );
  });

  it('uses the database of the address', async () => {
    const { url } = plain().server;
    const [first, third] = [
      await connectRedis(url, { use: 'command' }),
      await connectRedis(`${url}/3`, { use: 'command' }),
    ];
    try {
      await createRun(openRunLedger(third, 'in-three'), { shardSize: 4, output: 's3://bucket/out' });
      expect((await listRuns(third)).map(({ run }) => run)).toEqual(['in-three']);
      expect(await listRuns(first)).toEqual([]);
    } finally {
      first.disconnect();
      third.disconnect();
    }
  });

  it.each([
    ['http://127.0.0.1:6379', 'it begins with http://'],
    [`redis://fleet:${secret}@127.0.0.1`, 'it is not a URL'],
    ['redis://127.0.0.1/queue', 'its path is not the number'],
    [`redis://127.0.0.1?password=${encoded}`, 'it has a "?"'],
    [`redis://fleet:50%@127.0.0.1`, 'holds a "%"'],
    ['redis://', 'no host'],
    ['127.0.0.1:6379', 'it is not a URL'],
  ])('refuses the address %#', async (address, reason) => {
    const error = await connectRedis(address, { use: 'command' }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'bad-redis-address', message: expect.stringContaining(reason) });
    const everything = inspect(error, { depth: 10, showHidden: true });
    for (const part of [secret, encoded, 'fleet', '50%']) expect(everything).not.toContain(part);
  });

  it('tells of a connection that is lost, and goes on with the next one', async () => {
    if (redisProgram === null) return;
    const server = await startRedis(redisProgram);
    const problems: Error[] = [];
    const client = await connectRedis(server.url, { use: 'worker', onProblem: (error) => problems.push(error) });
    try {
      await server.kill();
      const runs = listRuns(client);
      await expect.poll(() => problems.length).toBeGreaterThan(0);
      expect(problems[0]).toMatchObject({ code: 'redis-unreachable' });
      await server.start();
      expect(await runs).toEqual([]);
    } finally {
      client.disconnect();
      await server.stop();
    }
  });

  it('gives a command up after a while without Redis', async () => {
    if (redisProgram === null) return;
    const server = await startRedis(redisProgram);
    const client = await connectRedis(server.url, { use: 'command' });
    try {
      await server.kill();
      await expect(listRuns(client)).rejects.toMatchObject({ code: 'redis-unreachable', transient: true });
    } finally {
      client.disconnect();
      await server.stop();
    }
  });
});

const openssl = await promisify(execFile)('openssl', ['version']).then(
  () => true,
  () => false,
);

describe.skipIf(redisProgram === null || !openssl)('connecting to Redis over TLS', () => {
  let folder = '';
  let server: RedisServer | null = null;
  let ca = '';

  beforeAll(async () => {
    if (redisProgram === null) return;
    folder = await mkdtemp(join(tmpdir(), 'gradline-tls-'));
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', certificate];
    await promisify(execFile)('openssl', [...made, ...subject]);
    ca = await readFile(certificate, 'utf8');
    const tls = ['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-auth-clients', 'no'];
    server = await startRedis(redisProgram, [...tls, '--tls-port', '0', '--requirepass', secret]);
    const client = await connectRedis(`redis://:${encoded}@127.0.0.1:${server.port}`, { use: 'command' });
    // The same port, from plain to TLS, so that no second free port has to be found.
    await client.call('CONFIG', 'SET', 'port', '0', 'tls-port', String(server.port));
    client.disconnect();
  });
  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('trusts the given authority', async () => {
    await use(await connectRedis({ url: `rediss://:${encoded}@localhost:${server?.port}`, ca }, { use: 'command' }));
  });

  it('refuses a certificate of an unknown authority, and one for another host', async () => {
    const unknown = await refusalOf(`rediss://:${encoded}@localhost:${server?.port}`);
    expect(unknown).toMatchObject({ code: 'redis-certificate', transient: false });
    expect(unknown.message).toContain('NODE_EXTRA_CA_CERTS');
    const other = await refusalOf({ url: `rediss://:${encoded}@127.0.0.1:${server?.port}`, ca });
    expect(other).toMatchObject({ code: 'redis-certificate' });
  });

  it('hints at the other scheme when one side speaks TLS and the other does not', async () => {
    const plainToTls = await refusalOf(`redis://:${encoded}@localhost:${server?.port}`);
    expect(plainToTls).toMatchObject({ code: 'redis-unreachable' });
    expect(plainToTls.message).toContain('needs rediss://');
    if (redisProgram === null) return;
    const plain = await startRedis(redisProgram);
    try {
      const tlsToPlain = await refusalOf(`rediss://:${encoded}@localhost:${plain.port}`);
      expect(tlsToPlain).toMatchObject({ code: 'redis-unreachable' });
      expect(tlsToPlain.message).toContain('any other redis://');
    } finally {
      await plain.stop();
    }
  });
});
