/** A fleet's run for the tests of one file: a real Redis, a list of images, and its producer. */

import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type RunStatus, readStatus } from '../../src/shared/ledger/read-status.ts';
import { openRunLedger, type RedisClient } from '../../src/shared/ledger/run-keys.ts';
import { openShardQueue } from '../../src/shared/queue/shard-queue.ts';
import { listedKeys, produce, writeProject } from '../fleet/producing.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';

export { redisProgram, useRedis } from '../shared/ledger/fixture.ts';

export interface TestRun {
  run: string;
  folder: string;
  output: string;
  keys: string[];
}

/** A run of `images` images in shards of four, all of them in the queue. */
export async function enqueuedRun(redis: RedisClient, images: number): Promise<TestRun> {
  const folder = await temporaryFolder();
  await writeProject(folder, images);
  const { run } = await produce(redis, folder);
  return { run, folder, output: join(folder, 'out'), keys: listedKeys(images) };
}

export async function statusOf(redis: RedisClient, run: string): Promise<RunStatus> {
  const status = await readStatus(openRunLedger(redis, run), 200);
  if (status === null) throw new Error(`There is no run ${run}.`);
  return status;
}

export async function jobCounts(redis: RedisClient): Promise<Record<string, number>> {
  const queue = openShardQueue(redis);
  try {
    return await queue.getJobCounts('waiting', 'active', 'delayed', 'failed');
  } finally {
    await queue.close();
  }
}

/** Everything that a run wrote but `run.json`, which tells times, by its path. */
export async function outputFiles(output: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const entries = await readdir(output, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const key = relative(output, path);
    if (entry.isFile() && key !== 'run.json' && key !== 'plan/manifest.json') {
      files.set(key, (await readFile(path)).toString('base64'));
    }
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

export async function runFile(output: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(output, 'run.json'), 'utf8'));
}
