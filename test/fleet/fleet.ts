/** A fleet for tests: a real Redis, a bucket with small pictures, and workers as processes of their own. */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, onTestFinished, vi } from 'vitest';
import { connectRedis } from '../../src/shared/ledger/connect-redis.ts';
import { type RunStatus, readStatus } from '../../src/shared/ledger/read-status.ts';
import { openRunLedger, type RedisClient } from '../../src/shared/ledger/run-keys.ts';
import { openShardQueue, type ShardQueue } from '../../src/shared/queue/shard-queue.ts';
import { type ImageRecord, imageRecordSchema } from '../../src/shared/run/record.ts';
import { openStore } from '../../src/shared/store/open-store.ts';
import type { Store } from '../../src/shared/store/store.ts';
import { type Ended, gradline, tinyProject } from '../cli/gradline.ts';
import { redisServerProgram, startRedis } from './redis-server.ts';
import { s3ServerProgram, startS3Server } from './s3-server.ts';

const built = process.env.GRADLINE_TEST_DIST ?? fileURLToPath(new URL('../../dist', import.meta.url));
const preload = new URL('./signal-on-trace.mjs', import.meta.url).href;
const programs = await Promise.all([redisServerProgram(), s3ServerProgram()]);

/** Where one of the servers is missing, the tests are skipped. */
export const fleetAvailable = programs.every((program) => program !== null);

interface WorkerProcess {
  child: ChildProcess;
  /** Events that it printed so far. */
  events: { event: string; [field: string]: unknown }[];
  ended: Promise<Ended>;
}

export interface Fleet {
  redis: RedisClient;
  queue: ShardQueue;
  /** Folder of the pictures and the model, for local runs. */
  project: string;
  environment: Record<string, string>;
  /** Enqueues `s3://photos/<prefix>` into `s3://out/<run>`. @param more further flags */
  enqueue(run: string, prefix: string, ...more: string[]): Promise<Ended>;
  /**
   * @param signal as signal-on-trace.mjs takes it
   * @param changes of the environment
   */
  startWorker(flags: string[], signal?: string, changes?: Record<string, string>): WorkerProcess;
  /** Starts a worker and waits for its end. */
  work(flags?: string[], signal?: string): Promise<Ended>;
  status(run: string): Promise<RunStatus>;
  output(run: string): Promise<Store>;
}

const images = 24;
/** As a run in shards of six images, so that there are four. */
const runFlags = ['--preprocess', 'none', '--labels', 'folder', '--shard-size', '6'];

/** Call it in a describe block; the getter is for the tests in it. The bucket `photos` holds the pictures below `val/`. */
export function useFleet(): () => Fleet {
  let held: Fleet | null = null;
  const ends: (() => unknown)[] = [];
  beforeAll(async () => {
    const [redisProgram, s3Program] = programs;
    if (redisProgram === null || s3Program === null) return;
    const [server, s3] = await Promise.all([startRedis(redisProgram), startS3Server(s3Program)]);
    ends.push(() => Promise.all([server.stop(), s3.stop()]));
    for (const [name, value] of Object.entries(s3.environment)) vi.stubEnv(name, value);
    await Promise.all(['photos', 'out'].map((bucket) => s3.createBucket(bucket)));
    const project = await projectInBucket();
    ends.push(() => rm(project, { recursive: true, force: true }));
    const redis = await connectRedis(server.url, { use: 'command' });
    const queue = openShardQueue(redis);
    ends.unshift(async () => {
      await queue.close();
      redis.disconnect();
    });
    const environment = {
      ...s3.environment,
      GRADLINE_REDIS: server.url,
      XDG_CACHE_HOME: join(project, 'cache'),
    };
    const startWorker: Fleet['startWorker'] = (flags, signal = '', changes = {}) => {
      const process = spawnWorker(flags, { ...environment, GRADLINE_TEST_SIGNAL: signal, ...changes });
      onTestFinished(() => void process.child.kill('SIGKILL'));
      return process;
    };
    held = {
      redis,
      queue,
      project,
      environment,
      enqueue: (run, prefix, ...more) =>
        gradline(
          [
            'enqueue',
            `s3://photos/${prefix}`,
            ...['--model', 's3://photos/model.onnx', '--classes', join(project, 'classes.txt')],
            ...['--output', `s3://out/${run}`, '--run', run],
            ...runFlags,
            ...more,
          ],
          environment,
        ),
      startWorker,
      work: (flags = [], signal = '') => startWorker(flags, signal).ended,
      status: async (run) => {
        const status = await readStatus(openRunLedger(redis, run), 200);
        if (status === null) throw new Error(`There is no run ${run}.`);
        return status;
      },
      output: (run) => openStore(`s3://out/${run}`),
    };
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    for (const end of ends) await end();
  });
  return () => {
    if (held === null) throw new Error('There is no fleet yet.');
    return held;
  };
}

/**
 * Flags with which another worker takes over after a second or two, and the worker ends with the run. All workers of a test need the
 * same lock duration: they look for stalled shards in turn.
 */
export const quick = ['--until-empty', '--lock-duration', '2', '--json'];

/** The same run by `gradline run`, into a folder of the project. */
export async function localRun(fleet: Fleet, output: string, ...more: string[]): Promise<Store> {
  const folder = join(fleet.project, output);
  const places = ['--model', join(fleet.project, 'model.onnx'), '--classes', join(fleet.project, 'classes.txt')];
  const ended = await gradline([
    'run',
    join(fleet.project, 'photos'),
    ...places,
    '--output',
    folder,
    ...runFlags,
    ...more,
  ]);
  if (ended.code !== 0) throw new Error(ended.stderr);
  return openStore(folder);
}

/** They name the run and where its model and images are. */
const namesOfRun = ['run.json', 'report/findings.json', 'report/data/report.js'];

/** Every object of an output by key, without the plan and what names the run. */
export async function objectsOf(store: Store): Promise<Map<string, string>> {
  const objects = new Map<string, string>();
  for await (const { key } of store.list()) {
    if (!namesOfRun.includes(key) && !key.startsWith('plan/'))
      objects.set(key, (await store.get(key)).toString('base64'));
  }
  return objects;
}

export async function recordsOf(store: Store): Promise<ImageRecord[]> {
  const records: ImageRecord[] = [];
  for await (const { key } of store.list('scores/part-')) {
    const lines = (await store.get(key)).toString('utf8').trimEnd().split('\n');
    records.push(...lines.map((line) => imageRecordSchema.parse(JSON.parse(line))));
  }
  return records;
}

/** Asks until the answer is true. */
export async function until(question: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await question())) await wait(50);
}

async function projectInBucket(): Promise<string> {
  const project = await tinyProject(images, await mkdtemp(join(tmpdir(), 'gradline-fleet-')));
  const store = await openStore('s3://photos');
  const photos = join(project, 'photos');
  for (const key of await readdir(photos, { recursive: true })) {
    if (key.endsWith('.png')) await store.put(`val/${key}`, await readFile(join(photos, key)), 'image/png');
  }
  await store.put('model.onnx', await readFile(join(project, 'model.onnx')), 'application/octet-stream');
  await store.close();
  return project;
}

function spawnWorker(flags: string[], environment: Record<string, string>): WorkerProcess {
  const child = spawn(process.execPath, ['--import', preload, join(built, 'cli/main.js'), 'worker', ...flags], {
    env: { ...process.env, GRADLINE_DEBUG: '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { stdout: '', stderr: '' };
  const events: WorkerProcess['events'] = [];
  let rest = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    texts.stdout += text;
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    if (flags.includes('--json')) events.push(...lines.map((line) => JSON.parse(line)));
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    texts.stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...texts }));
  });
  return { child, events, ended };
}
