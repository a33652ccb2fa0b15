/** A worker without a model, that does shards one by one: its records and overlays depend on the keys alone. */

import { randomUUID } from 'node:crypto';
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { startShard } from '../../src/shared/ledger/attempts.ts';
import { readStatus } from '../../src/shared/ledger/read-status.ts';
import { openRunLedger, type RedisClient } from '../../src/shared/ledger/run-keys.ts';
import { commitShard, giveUpShard, type ImageOutcome } from '../../src/shared/ledger/settle-shard.ts';
import { type ShardJob, shardQueueName, shardQueuePrefix } from '../../src/shared/queue/shard-queue.ts';
import { overlayKey, scoresPartKey } from '../../src/shared/run/output-key.ts';
import { PlanReader } from '../../src/shared/run/plan-files.ts';
import type { ImageRecord } from '../../src/shared/run/record.ts';
import type { PlannedImage } from '../../src/shared/run/run-plan.ts';
import { openStore } from '../../src/shared/store/open-store.ts';
import { finishRun } from '../../src/worker/fleet/finish-run.ts';

export interface WorkOptions {
  /** Stops after so many shards. */
  shards?: number;
  /** Why images fail, by key. */
  broken?: Record<string, string>;
  /** Shards that are given up. */
  hopeless?: number[];
  name?: string;
  /** Leaves the end of the run to others. */
  unfinished?: boolean;
}

/** Works until the queue is empty, or as long as told. @returns the shards that were committed, in order */
export async function work(redis: RedisClient, options: WorkOptions = {}): Promise<number[]> {
  const { broken = {}, hopeless = [], name = 'stand-in' } = options;
  if (!(redis instanceof Redis)) throw new Error('The stand-in worker is for a single Redis.');
  const connection = redis.duplicate({ maxRetriesPerRequest: null });
  const worker = new Worker<ShardJob, void, string>(shardQueueName, null, {
    connection,
    prefix: shardQueuePrefix,
    autorun: false,
  });
  worker.on('error', () => undefined);
  const committed: number[] = [];
  try {
    while (committed.length < (options.shards ?? Number.POSITIVE_INFINITY)) {
      const token = randomUUID();
      const job = await worker.getNextJob(token, { block: false });
      if (job === undefined) break;
      const { run, shard } = job.data;
      const ledger = openRunLedger(redis, run);
      const start = await startShard(ledger, shard, token, name);
      if (start.result === 'started') {
        if (hopeless.includes(shard)) await giveUp(redis, run, shard);
        else {
          await doShard(redis, run, shard, broken, name);
          committed.push(shard);
        }
      }
      await job.moveToCompleted(undefined, token, false);
      if (!options.unfinished) await finishRun(ledger, 60_000, new AbortController().signal);
    }
  } finally {
    await worker.close();
    connection.disconnect();
  }
  return committed;
}

async function doShard(
  redis: RedisClient,
  run: string,
  number: number,
  broken: Record<string, string>,
  name: string,
): Promise<void> {
  const { output, shard } = await readShard(redis, run, number);
  const records = shard.images.map((image) => recordOf(image, broken[image.key]));
  for (const record of records) {
    if (record.status === 'quarantined') continue;
    const key = overlayKey(record.key, 'layer4', 'grad-cam', 'predicted', 'jpg');
    await output.put(key, `overlay of ${record.key}`, 'image/jpeg');
  }
  const lines = records.map((record) => `${JSON.stringify(record)}\n`).join('');
  await output.put(scoresPartKey(number), lines, 'application/x-ndjson');
  const outcomes: ImageOutcome[] = records;
  const { result } = await commitShard(openRunLedger(redis, run), number, outcomes, name);
  if (result !== 'committed') throw new Error(`Shard ${number}: ${result}.`);
  await output.close();
}

async function giveUp(redis: RedisClient, run: string, number: number): Promise<void> {
  const { output, shard } = await readShard(redis, run, number);
  await output.close();
  const error = { code: 'unavailable', message: 'The store did not answer.' };
  await giveUpShard(openRunLedger(redis, run), number, shard.images.length, error);
}

async function readShard(redis: RedisClient, run: string, number: number) {
  const status = await readStatus(openRunLedger(redis, run), 0);
  if (status === null) throw new Error(`There is no run ${run}.`);
  const output = await openStore(status.output);
  return { output, shard: await new PlanReader(output, status.shardSize).readShard(number) };
}

function recordOf({ key, label }: PlannedImage, failure: string | undefined): ImageRecord {
  if (failure !== undefined) {
    return { key, status: 'quarantined', error: { code: failure, message: `${key} failed.` }, label, labelName: null };
  }
  const predicted = key.length % 10;
  return {
    key,
    status: 'done',
    label,
    labelName: null,
    predicted,
    predictedName: null,
    score: 0.5,
    margin: 0.25,
    ...(label === null ? {} : { correct: label === predicted }),
    top: [{ class: predicted, name: null, score: 0.5 }],
    maps: [],
    image: { width: 8, height: 8 },
  };
}
