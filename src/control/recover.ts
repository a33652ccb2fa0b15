/** Rebuilding the ledger of a run that Redis has lost, from the run's output. */

import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../explain/user-error.ts';
import { advanceCursor, listShards } from '../shared/ledger/cursor.ts';
import { type RunStatus, readStatus } from '../shared/ledger/read-status.ts';
import { openRunLedger, type RedisClient, type RunLedger } from '../shared/ledger/run-keys.ts';
import { isOngoing } from '../shared/ledger/run-state.ts';
import { createRun, endPlanning, forgetRun } from '../shared/ledger/runs.ts';
import { restoreShard } from '../shared/ledger/settle-shard.ts';
import { removeFailedJobs } from '../shared/queue/requeue.ts';
import { enqueueShards, openShardQueue, type ShardQueue, shardsAtOnce } from '../shared/queue/shard-queue.ts';
import { scoresPartKey } from '../shared/run/output-key.ts';
import { type PlanManifest, readManifest } from '../shared/run/plan-files.ts';
import { openStore } from '../shared/store/open-store.ts';
import type { Store } from '../shared/store/store.ts';
import { mapInOrder } from '../shared/threads/map-in-order.ts';
import type { ClosingStep } from '../worker/fleet/closing-step.ts';
import { finishRun } from '../worker/fleet/finish-run.ts';
import { noSuchRun } from './find-run.ts';
import { readStateFile, type StateFile } from './run-state-file.ts';
import { storedOutcomes, storedShards } from './stored-scores.ts';

interface Recovered {
  run: string;
  state: RunStatus['state'];
  /** Shards that the plan has; null while its input is not listed to the end: then `gradline enqueue` has to go on, too. */
  shards: number | null;
  /** Shards that are stored, and those of them that the ledger did not know. */
  stored: number;
  restored: number;
  /** Shards that were not stored: each has a job. */
  enqueued: number;
  /** Parts that could not be used, whose shards are done again; what else went wrong on the way. */
  warnings: string[];
}

interface RecoverOptions {
  /** Told how many stored shards have been looked at. */
  onProgress?: (shards: number) => void;
  /** Shards that wait at most in the queue while others are put there; default 20,000, some 20 MB of Redis. */
  mostWaiting?: number;
  /** Makes something of the output where nothing is missing and the run is finished here. */
  closing?: ClosingStep;
}

/** Milliseconds until a worker takes over the finishing of this program, should it die. */
const finishLease = 60_000;
const partsAtOnce = 16;

/**
 * Makes the ledger say again what the output says, and enqueues what is missing; shards that were given up, too. It may be called at any time and as often as
 * wanted, also while workers are at work: what the ledger knows stays as it is.
 *
 * @throws UserError `not-a-run`, `no-plan`, `damaged-output`, `run-ended`; StoreError, RedisError
 */
export async function recover(redis: RedisClient, location: string, options: RecoverOptions = {}): Promise<Recovered> {
  const output = await openStore(location);
  try {
    const file = await readStateFile(output);
    const manifest = await readManifest(output);
    if (manifest === null) {
      throw new UserError(
        'no-plan',
        `${location} has no plan, so there is nothing to rebuild from. A run of gradline run goes on with --resume; one whose ` +
          'enqueueing had only begun is started again with the same gradline enqueue.',
      );
    }
    const ledger = openRunLedger(redis, file.run);
    const { shardSize, finished, images, shards } = manifest;
    const known = await readStatus(ledger, 0);
    if (known === null && file.state === 'complete' && (await isWhole(output, manifest)))
      return complete(file, manifest);
    if (known === null && file.state === 'cancelled') {
      throw new UserError(
        'run-ended',
        `Run ${file.run} was cancelled, so it is not taken up again. Start a new run with another --output.`,
      );
    }
    if (known !== null && !isOngoing(known.state)) {
      if (known.reason?.code !== 'counts-differ') return ended(known, output);
      // Its counts are what is to be rebuilt.
      await forgetRun(ledger);
    }
    const created = Date.parse(file.started);
    await createRun(ledger, { shardSize, output: file.configuration.output, created });
    if (finished && images !== null && shards !== null) await endPlanning(ledger, { expected: images, shards });
    const recovered: Recovered = {
      run: file.run,
      state: 'running',
      shards: finished ? shards : null,
      stored: 0,
      restored: 0,
      enqueued: 0,
      warnings: [],
    };
    await restoreStored(ledger, output, recovered, options);
    await enqueueMissing(ledger, plannedEnd(manifest), recovered, options);
    if (recovered.enqueued === 0) {
      const finished = await finishRun(ledger, finishLease, new AbortController().signal, options);
      if (finished.result === 'completed') recovered.warnings.push(...finished.warnings);
    }
    return { ...recovered, state: (await statusOf(ledger)).state };
  } finally {
    await output.close();
  }
}

/** Nothing is missing, and the run was finished: Redis does not have to know it again. */
function complete({ run }: StateFile, { shards }: PlanManifest): Recovered {
  return { run, state: 'complete', shards, stored: shards ?? 0, restored: 0, enqueued: 0, warnings: [] };
}

async function isWhole(output: Store, { shards }: PlanManifest): Promise<boolean> {
  return (await countStored(output)) === shards;
}

async function countStored(output: Store): Promise<number> {
  let stored = 0;
  for await (const _ of storedShards(output)) stored += 1;
  return stored;
}

/** What the ledger knows of a run that has ended is true; only a failed one could go on. */
async function ended(status: RunStatus, output: Store): Promise<Recovered> {
  const { run, state, shards } = status;
  if (state === 'failed') {
    throw new UserError(
      'run-ended',
      `Run ${run} failed (${status.reason?.message ?? 'for an unknown reason'}), and Redis knows all of it. Remove the cause and go on ` +
        `with gradline resume ${run}.`,
    );
  }
  return { run, state, shards, stored: await countStored(output), restored: 0, enqueued: 0, warnings: [] };
}

async function restoreStored(
  ledger: RunLedger,
  output: Store,
  recovered: Recovered,
  { onProgress }: RecoverOptions,
): Promise<void> {
  const parts = mapInOrder(storedShards(output), partsAtOnce, async (shard) => {
    try {
      return await restoreShard(ledger, shard, await storedOutcomes(output, shard));
    } catch (error) {
      // A part that nobody can read is written again.
      if (!(error instanceof UserError && error.code === 'damaged-output')) throw error;
      recovered.warnings.push(
        `${scoresPartKey(shard)} in ${output.location} does not hold records: its shard is done again.`,
      );
      return { result: 'damaged' as const };
    }
  });
  let seen = 0;
  for await (const { result } of parts) {
    seen += 1;
    onProgress?.(seen);
    if (result === 'committed' || result === 'already-committed') recovered.stored += 1;
    if (result === 'committed') recovered.restored += 1;
    if (result === 'not-in-plan') {
      throw new UserError(
        'damaged-output',
        `${output.location} holds scores parts that do not fit its plan: they are of another run. Use the output of one run only.`,
      );
    }
  }
}

/** Shards that may be enqueued. While a plan grows its producer keeps the last one back, so that the run cannot seem done. */
function plannedEnd({ finished, shards, planned }: PlanManifest): number {
  return finished && shards !== null ? shards : Math.max(0, planned.shards - 1);
}

async function enqueueMissing(
  ledger: RunLedger,
  end: number,
  recovered: Recovered,
  { mostWaiting = 20_000 }: RecoverOptions,
): Promise<void> {
  const queue = openShardQueue(ledger.redis);
  try {
    await removeFailedJobs(queue, ledger.run);
    for (let from = 0; from < end; from += shardsAtOnce) {
      const to = Math.min(end, from + shardsAtOnce);
      const list = await listShards(ledger, 'unsettled', from, to);
      // Ended in between: workers had the rest in hand.
      if (list.result !== 'shards') return;
      if (list.shards.length > 0) {
        await roomInQueue(queue, mostWaiting);
        await enqueueShards(queue, ledger.run, list.shards);
        recovered.enqueued += list.shards.length;
      }
      await advanceCursor(ledger, from, to);
    }
  } finally {
    await queue.close();
  }
}

/** Workers that are slower than this program must not fill Redis. */
async function roomInQueue(queue: ShardQueue, mostWaiting: number): Promise<void> {
  while ((await queue.getWaitingCount()) > mostWaiting) await sleep(1000);
}

async function statusOf(ledger: RunLedger): Promise<RunStatus> {
  const status = await readStatus(ledger, 0);
  if (status === null) throw await noSuchRun(ledger.redis, ledger.run);
  return status;
}
