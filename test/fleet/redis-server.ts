/** A real Redis for tests: Debian's or any other redis-server, on a free port, with its data in a temporary folder. */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { freePort } from './free-port.ts';

const run = promisify(execFile);

export interface RedisServer {
  /** `redis://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  /** Kills the process as a crash does; its data stays. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data. */
  start(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** The server's program: `GRADLINE_TEST_REDIS` when set, else `redis-server`. Null where there is none. */
export async function redisServerProgram(): Promise<string | null> {
  const program = process.env.GRADLINE_TEST_REDIS || 'redis-server';
  return run(program, ['--version']).then(
    () => program,
    () => {
      process.stderr.write('Tests against Redis are skipped: install redis-server (apt-get install redis-server).\n');
      return null;
    },
  );
}

/** @param settings as on redis-server's command line, e.g. `['--appendonly', 'yes']` */
export async function startRedis(program: string, settings: string[] = []): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'gradline-redis-'));
  const port = await freePort();
  const given = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', ...settings];
  let child = await launch(program, given, port);
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill: () => end(child, 'SIGKILL'),
    start: async () => {
      child = await launch(program, given, port);
    },
    stop: async () => {
      await end(child, 'SIGTERM');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Three primaries that share the hash slots. */
export async function startRedisCluster(program: string): Promise<{ nodes: RedisServer[]; stop(): Promise<void> }> {
  const nodes: RedisServer[] = [];
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    for (let i = 0; i < 3; i += 1) {
      const bus = String(await freePort());
      nodes.push(await startRedis(program, ['--cluster-enabled', 'yes', '--cluster-port', bus]));
    }
    const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
    await run('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes']);
  } catch (error) {
    await stop();
    throw error;
  }
  return { nodes, stop };
}

async function launch(program: string, settings: string[], port: number): Promise<ChildProcess> {
  const child = spawn(program, settings, { stdio: 'ignore' });
  await answering(child, port);
  return child;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}

/** Up, and done with loading its data. A server that asks for a password or TLS is up, too. */
async function answering(child: ChildProcess, port: number): Promise<void> {
  let failure: Error | null = null;
  child.once('error', (error) => {
    failure = error;
  });
  for (let attempt = 0; attempt < 400; attempt += 1) {
    if (failure !== null) throw failure;
    if (child.exitCode !== null) throw new Error(`redis-server ended with code ${child.exitCode}.`);
    const answer = await ping(port);
    if (answer === 'PONG' || answer.startsWith('NOAUTH')) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`redis-server does not answer on port ${port}.`);
}

async function ping(port: number): Promise<string> {
  const client = new Redis(port, '127.0.0.1', {
    lazyConnect: true,
    protocol: 2,
    retryStrategy: null,
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await client.ping();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    client.disconnect();
  }
}
