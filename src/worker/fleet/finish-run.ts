/** The last step of a fleet's run: one worker, whichever the ledger names, merges the output and completes the run. */

import { channel } from 'node:diagnostics_channel';
import { listAllShards } from '../../shared/ledger/cursor.ts';
import { completeRun, leaveFinish, mostFinishAttempts, renewFinish, tryFinish } from '../../shared/ledger/finish.ts';
import { type RunStatus, readStatus } from '../../shared/ledger/read-status.ts';
import type { RunLedger } from '../../shared/ledger/run-keys.ts';
import { failRun } from '../../shared/ledger/run-state.ts';
import { blankMapsText } from '../../shared/run/blank-maps.ts';
import type { Tally } from '../../shared/run/tally.ts';
import { openStore } from '../../shared/store/open-store.ts';
import { writeRunEnd } from '../pipeline/finish/complete-run-file.ts';
import type { MergedScores } from '../pipeline/finish/merge-scores.ts';
import { runMerge } from '../pipeline/finish/run-merge.ts';
import type { ClosingStep } from './closing-step.ts';

export type Finished =
  | { result: 'completed'; tally: Tally; missing: number; warnings: string[] }
  /** Not yet, already, or another worker's. */
  | { result: 'not-mine' }
  /** The counts and the stored records cannot be brought together, or each finisher died; the run has failed. */
  | { result: 'failed'; code: string; message: string };

interface FinishOptions {
  /** Its failure is a warning: the run completes without it. */
  closing?: ClosingStep | null;
  /** How many finishers there may be. */
  attempts?: number;
  /** Told which attempt this one is, from 1 on. */
  onAttempt?(attempt: number): void;
}

/** Why a run failed whose shards are all stored. */
export const cannotFinish = 'cannot-finish';

/** Told when this process becomes the finisher of a run: for whoever traces what a process is at. */
const finishChannel = channel('gradline:finish');

/**
 * Finishes the run if it is this caller's turn. All of it can be done again: a finisher that dies is replaced when its lease
 * has ended, and writes the same.
 *
 * @param lease milliseconds
 * @throws StoreError, UserError: the run stays as it is, and is tried again when the lease has ended
 */
export async function finishRun(
  ledger: RunLedger,
  lease: number,
  signal: AbortSignal,
  { closing = null, attempts = mostFinishAttempts, onAttempt }: FinishOptions = {},
): Promise<Finished> {
  const finish = await tryFinish(ledger, lease, attempts);
  if (finish.result === 'counts-differ') {
    const { done, quarantined, missing, expected } = finish;
    return fail(
      ledger,
      'counts-differ',
      `Every shard is settled, but ${done} done, ${quarantined} quarantined and ${missing} missing images are not the ` +
        `${expected} that were planned. Rebuild the counts with gradline recover.`,
    );
  }
  if (finish.result === 'too-often') {
    return fail(
      ledger,
      cannotFinish,
      `All shards are stored, but ${finish.attempts} workers ended while they merged them: they had too little memory, or were ` +
        `stopped too early. Remove the cause, then: gradline resume ${ledger.run}`,
    );
  }
  if (finish.result !== 'finisher') return { result: 'not-mine' };
  onAttempt?.(finish.attempt);
  if (finishChannel.hasSubscribers) finishChannel.publish({ run: ledger.run });
  const { fence } = finish;
  const lost = new AbortController();
  const renewal = setInterval(() => {
    renewFinish(ledger, fence, lease).then(
      ({ result }) => result === 'superseded' && lost.abort(new LeaseLost()),
      // Without Redis the lease ends by itself, and the last step asks again.
      () => undefined,
    );
  }, lease / 3);
  try {
    return await finishAs(ledger, fence, AbortSignal.any([signal, lost.signal]), closing);
  } catch (error) {
    if (error instanceof LeaseLost) return { result: 'not-mine' };
    // Who is told to stop has not failed.
    if (signal.aborted) await leaveFinish(ledger, fence).catch(() => undefined);
    throw error;
  } finally {
    clearInterval(renewal);
  }
}

/** The lease ended before it was renewed: another finisher is at work. */
class LeaseLost extends Error {}

async function finishAs(
  ledger: RunLedger,
  fence: number,
  signal: AbortSignal,
  closing: ClosingStep | null,
): Promise<Finished> {
  const status = await readStatus(ledger, 0);
  if (status === null || status.shards === null) return { result: 'not-mine' };
  const missing = status.givenUpShards === 0 ? [] : await givenUp(ledger, status.shards);
  const merged = await runMerge({ output: status.output, shards: status.shards, missing }, signal);
  signal.throwIfAborted();
  const { tally } = merged;
  const images = tally.done + tally.quarantined;
  if (images + status.missing !== status.expected) {
    return fail(
      ledger,
      'counts-differ',
      `The stored scores have ${images} records and ${status.missing} images are missing, but ${status.expected} were planned. ` +
        'Rebuild the counts with gradline recover.',
    );
  }
  await writeCompleted(status, merged);
  const problem = closing === null ? null : await close(closing, status.output, signal);
  const completion = await completeRun(ledger, fence, tally);
  const completed = completion.result === 'completed' || completion.result === 'already-complete';
  const blank = (merged.findings.blankMaps ?? []).map(blankMapsText);
  const warnings = [...Object.values(merged.signs), ...blank, ...(problem === null ? [] : [problem])];
  return completed ? { result: 'completed', tally, missing: status.missing, warnings } : { result: 'not-mine' };
}

/** @returns what went wrong. @throws the signal's reason: another finisher does it again */
async function close(closing: ClosingStep, output: string, signal: AbortSignal): Promise<string | null> {
  try {
    await closing(output, signal);
    return null;
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  }
}

async function writeCompleted(
  { output: location, expected, missing, now }: RunStatus,
  { tally, findings, signs }: MergedScores,
): Promise<void> {
  await using output = await openStore(location);
  const end = { state: 'complete', images: expected, tally, missing, error: null, finished: now } as const;
  await writeRunEnd(output, { ...end, findings, warnings: Object.values(signs) });
}

async function givenUp(ledger: RunLedger, shards: number): Promise<number[]> {
  const found: number[] = [];
  for await (const some of listAllShards(ledger, 'given-up', shards)) found.push(...some);
  return found;
}

async function fail(ledger: RunLedger, code: string, message: string): Promise<Finished> {
  const move = await failRun(ledger, code, message);
  return move.result === 'moved' ? { result: 'failed', code, message } : { result: 'not-mine' };
}
