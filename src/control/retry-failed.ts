/** Doing failed images again. */

import { UserError } from '../explain/user-error.ts';
import { listAllShards } from '../shared/ledger/cursor.ts';
import type { RunStatus } from '../shared/ledger/read-status.ts';
import { type Reopening, reopenRun, reopenShard } from '../shared/ledger/reopen.ts';
import type { RedisClient, RunLedger } from '../shared/ledger/run-keys.ts';
import { tallyOf } from '../shared/run/tally.ts';
import { openStore } from '../shared/store/open-store.ts';
import type { Store } from '../shared/store/store.ts';
import { mapInOrder } from '../shared/threads/map-in-order.ts';
import { findRun, noSuchRun } from './find-run.ts';
import { resume } from './resume.ts';
import { writeRunState } from './run-state-file.ts';
import { storedOutcomes, storedShards } from './stored-scores.ts';

/**
 * What the file itself says, or its key: the same bytes fail again in the same way in the same run. Every other reason (`not-found`,
 * `unreadable`, a crash, a worker without memory, a time limit) lies outside the image and can be gone.
 */
const lastingCodes: ReadonlySet<string> = new Set([
  'bad-key',
  'corrupt',
  'empty-file',
  'not-an-image',
  'not-finite',
  'too-large',
  'truncated',
  'unsupported-format',
  'wrong-size',
]);

/** Beyond its 64 kinds of failures the ledger counts further ones together. */
const otherCodes = 'other';
const partsAtOnce = 16;

interface Retried {
  run: string;
  /** Shards that are done again, and how many failed images of the wanted reasons they hold. */
  shards: number;
  images: number;
  /** Shards among them that were given up; all of their images were missing. */
  givenUp: number;
  /** Failed images that are left as they are, by code. */
  left: Record<string, number>;
}

/**
 * Puts the shards that hold failed images back into the queue, and those that were given up. A shard is done again as a whole: its
 * scores part is replaced when it is committed, and until then its images count as not done. The run is paused while its shards
 * are taken back and goes on afterwards, also when it was paused before; killed in between, it stays paused until `resume`.
 *
 * @param codes the reasons to try again; null for those that can be gone although the file is the same
 * @throws UserError `no-such-run`, `not-allowed`, `damaged-output`; StoreError
 */
export async function retryFailed(redis: RedisClient, run: string, codes: readonly string[] | null): Promise<Retried> {
  const { ledger, status } = await findRun(redis, run, 0);
  const wanted = codes === null ? (code: string) => !lastingCodes.has(code) : (code: string) => codes.includes(code);
  const retried: Retried = { run, shards: 0, images: 0, givenUp: 0, left: {} };
  if (nothingWanted(status, wanted)) return { ...retried, left: status.failures };
  await pauseForRetry(ledger, status);
  const output = await openStore(status.output);
  try {
    await reopenGivenUp(ledger, status, retried);
    await reopenStored(ledger, output, wanted, retried);
    if (retried.shards > 0) await writeRunState(output, 'running');
  } finally {
    await output.close();
  }
  await resume(redis, run);
  return retried;
}

function nothingWanted({ failures, givenUpShards }: RunStatus, wanted: (code: string) => boolean): boolean {
  return givenUpShards === 0 && !Object.keys(failures).some((code) => code === otherCodes || wanted(code));
}

async function pauseForRetry(ledger: RunLedger, { output }: RunStatus): Promise<void> {
  const move = await reopenRun(ledger);
  if (move.result === 'no-such-run') throw await noSuchRun(ledger.redis, ledger.run, output);
  if (move.result !== 'not-allowed') return;
  const next = {
    planning: 'Its input is still being listed: try again when it is running.',
    finishing: 'Its results are being merged: try again in a moment.',
  }[move.state as string];
  throw new UserError(
    'not-allowed',
    `Run ${ledger.run} is ${move.state}. ${next ?? 'Its failed images cannot be done again.'}`,
  );
}

async function reopenGivenUp(ledger: RunLedger, { shards }: RunStatus, retried: Retried): Promise<void> {
  for await (const givenUp of listAllShards(ledger, 'given-up', shards ?? 0)) {
    for (const shard of givenUp) {
      if (!isReopened(ledger, shard, await reopenShard(ledger, shard, null))) continue;
      retried.shards += 1;
      retried.givenUp += 1;
    }
  }
}

async function reopenStored(
  ledger: RunLedger,
  output: Store,
  wanted: (code: string) => boolean,
  retried: Retried,
): Promise<void> {
  const parts = mapInOrder(storedShards(output), partsAtOnce, async (shard) => ({
    shard,
    tally: tallyOf(await storedOutcomes(output, shard)),
  }));
  for await (const { shard, tally } of parts) {
    const failures = Object.entries(tally.failures);
    const images = failures.reduce((sum, [code, count]) => sum + (wanted(code) ? count : 0), 0);
    if (images > 0) {
      if (!isReopened(ledger, shard, await reopenShard(ledger, shard, tally))) continue;
      retried.shards += 1;
      retried.images += images;
    } else {
      for (const [code, count] of failures) retried.left[code] = (retried.left[code] ?? 0) + count;
    }
  }
}

/** False for one that an earlier call reopened, or that a worker has in hand. */
function isReopened({ run }: RunLedger, shard: number, { result }: Reopening): boolean {
  if (result === 'reopened') return true;
  if (result === 'already-open') return false;
  throw new UserError(
    'run-changed',
    `Shard ${shard} of run ${run} cannot be done again (${result}): the run was changed meanwhile, or its output does not ` +
      'belong to it. Look at gradline status and try again.',
  );
}
