/** A real S3 server for tests: VersityGW over a temporary folder. */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import type { S3Server } from './given-s3-server.ts';

const version = 'v1.8.0';

export type { S3Server };

const packageFile = createRequire(import.meta.url).resolve('gradline/package.json');
const cache = join(dirname(packageFile), 'node_modules/.cache/gradline');

/** What the tests use: the address in `GRADLINE_TEST_S3_ENDPOINT`, else a program of this machine. */
export async function s3ServerProgram(): Promise<string | null> {
  return process.env.GRADLINE_TEST_S3_ENDPOINT || localS3Server();
}

/**
 * The server's program: `GRADLINE_TEST_S3` when set, else `node_modules/.cache/gradline/versitygw`, which Go builds the first
 * time (some minutes, once). Null where there is neither, and tests that need it are skipped.
 */
export async function localS3Server(): Promise<string | null> {
  const given = process.env.GRADLINE_TEST_S3;
  if (given) return given;
  const built = join(cache, process.platform === 'win32' ? 'versitygw.exe' : 'versitygw');
  if (existsSync(built)) return built;
  await mkdir(cache, { recursive: true });
  const install = promisify(execFile)('go', ['install', `github.com/versity/versitygw/cmd/versitygw@${version}`], {
    env: { ...process.env, GOBIN: cache },
  });
  return install.then(
    () => built,
    (error) => {
      process.stderr.write(
        `Tests against S3 are skipped: VersityGW cannot be built (${String(error.message).trim()}).\n`,
      );
      return null;
    },
  );
}

/**
 * Starts a server with one account on a free port, or reaches the one that is given.
 * @param program what `s3ServerProgram` says
 */
export async function startS3Server(program: string): Promise<S3Server> {
  if (/^https?:/.test(program)) return (await import('./given-s3-server.ts')).reachS3Server(program);
  const folder = await mkdtemp(join(tmpdir(), 'gradline-s3-'));
  const [root, sidecar] = [join(folder, 'buckets'), join(folder, 'attributes')];
  await Promise.all([mkdir(root), mkdir(sidecar)]);
  // Objects' attributes as file attributes, as the server usually has them; in files of their own where the temporary folder has none.
  const { child, endpoint } =
    (await startOn(program, [root])) ?? (await startOn(program, ['--sidecar', sidecar, root])) ?? ended(program);
  return {
    endpoint,
    environment: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: account.ROOT_ACCESS_KEY,
      AWS_SECRET_ACCESS_KEY: account.ROOT_SECRET_KEY,
      AWS_REGION: 'us-east-1',
    },
    pid: child.pid ?? null,
    createBucket: async (name) => {
      const { CreateBucketCommand, S3Client } = await import('@aws-sdk/client-s3');
      const credentials = { accessKeyId: account.ROOT_ACCESS_KEY, secretAccessKey: account.ROOT_SECRET_KEY };
      const client = new S3Client({ endpoint, forcePathStyle: true, region: 'us-east-1', credentials });
      await client.send(new CreateBucketCommand({ Bucket: name }));
      client.destroy();
    },
    stop: async () => {
      if (child.exitCode === null) {
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.kill();
        await ended;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const account = { ROOT_ACCESS_KEY: 'test-account', ROOT_SECRET_KEY: 'test-secret' };

/** Null where it ends by itself, and has said why. */
async function startOn(program: string, storage: string[]): Promise<{ child: ChildProcess; endpoint: string } | null> {
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(program, ['--port', address, '--quiet', '--keep-alive', 'posix', ...storage], {
    env: { ...process.env, ...account },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const endpoint = `http://${address}`;
  return (await answering(endpoint, child)) ? { child, endpoint } : null;
}

function ended(program: string): never {
  throw new Error(`The S3 server ${program} ended before it answered.`);
}

/** @returns false where the server has ended */
async function answering(endpoint: string, child: ChildProcess): Promise<boolean> {
  let failure: Error | null = null;
  child.once('error', (error) => {
    failure = error;
  });
  for (let attempt = 0; attempt < 200; attempt++) {
    if (failure !== null) throw failure;
    if (child.exitCode !== null) return false;
    // Any answer will do: an unsigned request is refused, but by a server that is up.
    const up = await fetch(endpoint).then(
      () => true,
      () => false,
    );
    if (up) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`The S3 server does not answer at ${endpoint}.`);
}
