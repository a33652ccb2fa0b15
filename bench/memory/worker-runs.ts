/** One worker of the fleet over many runs, each of which opens a model, starts and ends its threads, and makes a report. */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { enqueueRun } from '../../src/producer/enqueue.ts';
import { connectRedis } from '../../src/shared/ledger/connect-redis.ts';
import { readStatus } from '../../src/shared/ledger/read-status.ts';
import { openRunLedger, type RedisClient } from '../../src/shared/ledger/run-keys.ts';
import { readConfiguration } from '../../src/shared/run/read-configuration.ts';
import { benchRedis } from '../fleet/servers.ts';
import { type Complaint, ResidentProcess } from '../soak/resident-process.ts';
import { median } from '../statistics.ts';
import { printTable } from '../table.ts';

export interface WorkerRuns {
  runs: number;
  /** A folder; each run explains all that is in it. */
  photos: string;
  model: string;
  preprocess: string;
  folder: string;
}

/** Environments: glibc's own choice is eight arenas for each core. */
const ways = [
  { name: "glibc's usual arenas", environment: {} },
  { name: 'MALLOC_ARENA_MAX=2', environment: { MALLOC_ARENA_MAX: '2' } },
];
/** Memory goes up and down as garbage is collected: the middle of so many runs, and so often. */
const window = 5;
const shown = 12;

/** Prints the worker's resident memory as runs go by, in each environment in turns; a line for each dozenth part of the runs. */
export async function watchWorker(settings: WorkerRuns): Promise<void> {
  const complaints: Complaint[] = [];
  const workers = await Promise.all(ways.map(({ environment }) => startWorker(settings, environment, complaints)));
  const resident = ways.map((): number[] => []);
  try {
    for (let run = 0; run < settings.runs; run += 1) {
      for (const [i, worker] of workers.entries()) resident[i]?.push(await worker.explain(`run-${run}`));
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
  }
  for (const { process, line } of complaints) console.log(`  ${process}: ${line}`);
  console.log('\nResident memory of one worker over many runs');
  const step = Math.max(1, Math.round(settings.runs / shown));
  const ends = Array.from({ length: Math.floor(settings.runs / step) }, (_, i) => (i + 1) * step);
  const rows = ends.map((end) => [
    `${end} runs`,
    ...resident.map((bytes) => (median(bytes.slice(Math.max(0, end - window), end)) / 2 ** 20).toFixed(0)),
  ]);
  printTable(['after', ...ways.map(({ name }) => `${name}, MiB`)], rows);
  console.log(`  Medians of ${window} runs`);
}

/** A worker with a Redis of its own. */
async function startWorker(
  { photos, model, preprocess, folder }: WorkerRuns,
  environment: Record<string, string>,
  complaints: Complaint[],
) {
  const server = await benchRedis();
  const redis = await connectRedis(server.url, { use: 'command' });
  const words = ['worker', '--json', '--threads', '1', '--pixel-threads', '1'];
  const own = { ...environment, GRADLINE_REDIS: server.url, XDG_CACHE_HOME: join(folder, 'cache') };
  const worker = new ResidentProcess('worker', words, own, complaints);
  const output = join(folder, `worker-${server.port}`);
  return {
    /** @returns resident bytes afterwards */
    explain: async (run: string): Promise<number> => {
      const settings = { input: photos, model, output, preprocess, layers: ['last'], overlays: 'all' };
      const configuration = await readConfiguration({ ...settings, 'shard-size': '16' });
      const events = {
        onStart: () => undefined,
        onNotice: () => undefined,
        onWarning: console.log,
        onProgress: () => undefined,
      };
      const ways = { run, highWatermark: null, lowWatermark: null };
      await enqueueRun(configuration, redis, ways, events, new AbortController().signal);
      await completed(redis, run);
      await rm(output, { recursive: true });
      return worker.memory();
    },
    stop: async () => {
      await worker.stop();
      redis.disconnect();
      await server.stop();
    },
  };
}

/** @throws Error when the run ends otherwise */
async function completed(redis: RedisClient, run: string): Promise<void> {
  for (;;) {
    const status = await readStatus(openRunLedger(redis, run));
    if (status?.state === 'complete') return;
    if (status === null || status.state === 'failed') {
      throw new Error(`Run ${run} is ${status?.state ?? 'gone'}: ${JSON.stringify(status?.reason)}`);
    }
    await wait(200);
  }
}
