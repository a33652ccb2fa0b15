/**
 * How a shard ends: committed with its images' outcomes, or given up without.
 *
 *               startShard              commitShard
 *        open ------------> under way ---------------> committed
 *         ^ ^                | |  ^ |                   ^     |
 *         | |  releaseShard  | |  +-+ startShard anew:  |     |
 *         | +----------------+ |      it had crashed    |     |
 *         |                    | giveUpShard            |     |
 *         |                    +-------> given up ------+     |
 *         |                                  |    commitShard |
 *         +----------------------------------+----------------+
 *                         reopenShard
 *
 * `commitShard` and `giveUpShard` settle an open shard too.
 */

import type { RunTotals } from '../run/tally.ts';
import type { Failure } from './contract.ts';
import { failureEntry, failuresKept, givenUpEntry } from './failures.ts';
import type { RunLedger } from './run-keys.ts';
import { type Refusal, refusalOf } from './run-state.ts';
import { totalsOf } from './run-totals.ts';
import { loadScript, runScript } from './script.ts';

/** What is counted of an image's record. */
export type ImageOutcome =
  | { status: 'done'; key: string; correct?: boolean | undefined }
  | { status: 'quarantined'; key: string; error: { code: string; message: string } };

/** The number of images does not fit the shard's place in the plan. */
export interface NotInPlan {
  result: 'not-in-plan';
}

/** `already-committed`: the earlier commit counts, this one changed nothing. It may have been one's own, before a broken connection. */
type Commit = ({ result: 'committed' | 'already-committed' } & RunTotals) | NotInPlan | Refusal;

type GiveUp = ({ result: 'given-up' | 'already-given-up' | 'already-committed' } & RunTotals) | NotInPlan | Refusal;

const commit = loadScript('commit-shard', ['shard', 'outcomes', 'worker', 'kept'], 'failures');
const giveUp = loadScript('give-up-shard', ['shard', 'images', 'kept', 'entry']);

/**
 * Counts a shard whose scores part is stored. Twice, at once, or with other outcomes: the first commit counts. When two
 * workers do one shard, the part that stays in the store may be the second one's; `completeRun` therefore counts the stored
 * records anew.
 *
 * @param images every image of the shard, in its order
 * @param worker whose rate the images count for
 */
export function commitShard(
  ledger: RunLedger,
  shard: number,
  images: readonly ImageOutcome[],
  worker: string,
): Promise<Commit> {
  return commitFor(ledger, shard, images, worker);
}

/** Counts a shard from its stored scores part, to rebuild a lost ledger: a commit without a worker. */
export function restoreShard(ledger: RunLedger, shard: number, images: readonly ImageOutcome[]): Promise<Commit> {
  return commitFor(ledger, shard, images, '');
}

async function commitFor(
  ledger: RunLedger,
  shard: number,
  images: readonly ImageOutcome[],
  worker: string,
): Promise<Commit> {
  const failures = images.flatMap((image, place) => {
    if (image.status === 'done') return [];
    const failure: Failure = { shard, place, key: image.key, ...image.error };
    return [place, failure.code, failureEntry(failure)];
  });
  const outcomes = images.map(outcomeLetter).join('');
  const reply = await runScript(ledger, commit, { shard, outcomes, worker, kept: failuresKept, failures });
  switch (reply.result) {
    case 'committed':
    case 'already-committed':
      return { result: reply.result, ...totalsOf(reply.values) };
    case 'not-in-plan':
      return { result: reply.result };
    default:
      return refusalOf(commit, reply);
  }
}

/**
 * Ends a shard without results after its last attempt. Its `images` images are missing from then on, so that the run can still
 * end; a commit that comes later, or `reopenShard`, takes that back.
 */
export async function giveUpShard(
  ledger: RunLedger,
  shard: number,
  images: number,
  error: { code: string; message: string },
): Promise<GiveUp> {
  const entry = givenUpEntry(shard, error);
  const reply = await runScript(ledger, giveUp, { shard, images, kept: failuresKept, entry });
  switch (reply.result) {
    case 'given-up':
    case 'already-given-up':
    case 'already-committed':
      return { result: reply.result, ...totalsOf(reply.values) };
    case 'not-in-plan':
      return { result: reply.result };
    default:
      return refusalOf(giveUp, reply);
  }
}

function outcomeLetter(image: ImageOutcome): string {
  if (image.status === 'quarantined') return 'q';
  if (image.correct === undefined) return 'd';
  return image.correct ? 'c' : 'w';
}
