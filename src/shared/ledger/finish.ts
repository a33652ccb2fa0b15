/** The end of a run: one finisher merges the output, and only then is the run complete. */

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { RunTotals, Tally } from '../run/tally.ts';
import { failuresKeptComplete } from './failures.ts';
import type { RunLedger } from './run-keys.ts';
import { type Refusal, refusalOf } from './run-state.ts';
import { totalsOf } from './run-totals.ts';
import { loadScript, runScript, unknownReply } from './script.ts';

/** What fails so often is not tried for ever: with workers' usual leases that is after some five minutes. */
export const mostFinishAttempts = 10;

export type Finish =
  /** Do the finishing work, which must be idempotent, then `completeRun` with the fence. */
  | { result: 'finisher'; fence: number; attempt: number }
  /** So many finishers ended without completing the run: fail it. */
  | { result: 'too-often'; attempts: number }
  /** Another caller does it, and has until its lease ends to say that it still does. */
  | { result: 'finishing-elsewhere'; leaseLeft: number }
  /** `counts-differ`: every shard is settled, but the images do not add up to the plan. That is a defect: fail the run. */
  | ({ result: 'unfinished' | 'counts-differ' } & RunTotals)
  | { result: 'already-complete' }
  | Refusal;

type Completion =
  | { result: 'completed' | 'already-complete' | 'superseded' }
  /** The tally with the `missing` images does not make up the plan; the run stays as it is. */
  | { result: 'counts-differ'; expected: number; missing: number }
  | Refusal;

const attempt = loadScript('try-finish', ['token', 'lease', 'attempts']);
const leave = loadScript('leave-finish', ['fence']);
const renew = loadScript('renew-finish', ['fence', 'lease']);
const complete = loadScript('complete-run', ['fence', 'done', 'quarantined', 'labelled', 'correct', 'kept'], 'codes');

/**
 * Asks to finish the run: exactly one caller becomes the finisher when planning has ended, every shard is settled, and
 * expected = done + quarantined + missing. Call it after the last commit, and now and then while a run is open: after a resume,
 * and once the lease of a finisher that died has ended, the next caller takes over.
 *
 * @param lease milliseconds until another may take over, unless `renewFinish` is called before
 * @param attempts how many finishers there may be before the run counts as one that cannot be finished
 */
export async function tryFinish(ledger: RunLedger, lease: number, attempts = mostFinishAttempts): Promise<Finish> {
  const reply = await runScript(ledger, attempt, { token: randomUUID(), lease, attempts });
  switch (reply.result) {
    case 'finisher': {
      const [fence, attempt] = z.tuple([z.number(), z.number()]).parse(reply.values);
      return { result: reply.result, fence, attempt };
    }
    case 'too-often':
      return { result: reply.result, attempts: z.number().parse(reply.values[0]) };
    case 'finishing-elsewhere':
      return { result: reply.result, leaseLeft: z.number().parse(reply.values[0]) };
    case 'unfinished':
    case 'counts-differ':
      return { result: reply.result, ...totalsOf(reply.values) };
    case 'already-complete':
      return { result: reply.result };
    default:
      return refusalOf(attempt, reply);
  }
}

/** `superseded`: stop, another finisher is at work or the run was failed. */
export async function renewFinish(
  ledger: RunLedger,
  fence: number,
  lease: number,
): Promise<{ result: 'renewed' | 'superseded' }> {
  const reply = await runScript(ledger, renew, { fence, lease });
  if (reply.result === 'renewed' || reply.result === 'superseded') return { result: reply.result };
  throw unknownReply(renew, reply);
}

/** Leaves the finishing to the next caller, without having failed. */
export async function leaveFinish(ledger: RunLedger, fence: number): Promise<{ result: 'left' | 'superseded' }> {
  const reply = await runScript(ledger, leave, { fence });
  if (reply.result === 'left' || reply.result === 'superseded') return { result: reply.result };
  throw unknownReply(leave, reply);
}

/**
 * The finishing work is stored: the run is complete, exactly once. Its counts become `tally`, taken from the stored records,
 * so that the ledger and the output say the same; all that only a going run needs is deleted.
 */
export async function completeRun(ledger: RunLedger, fence: number, tally: Tally): Promise<Completion> {
  const codes = Object.entries(tally.failures).flat();
  const reply = await runScript(ledger, complete, { ...tally, fence, kept: failuresKeptComplete, codes });
  switch (reply.result) {
    case 'completed':
    case 'already-complete':
    case 'superseded':
      return { result: reply.result };
    case 'counts-differ': {
      const [expected, missing] = z.tuple([z.coerce.number(), z.coerce.number()]).parse(reply.values);
      return { result: reply.result, expected, missing };
    }
    default:
      return refusalOf(complete, reply);
  }
}
