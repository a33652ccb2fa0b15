/** Doing failed images again: their shards are taken out of the counts and put back into the queue. */

import { emptyTally, type Tally } from '../run/tally.ts';
import type { LedgerState } from './contract.ts';
import type { RunLedger } from './run-keys.ts';
import { ledgerState, type Move, moveOf, type NoSuchRun } from './run-state.ts';
import { loadScript, runScript, unknownReply } from './script.ts';
import type { NotInPlan } from './settle-shard.ts';

export type Reopening =
  | { result: 'reopened' | 'already-open' }
  | { result: 'not-paused'; state: LedgerState }
  | NotInPlan
  | NoSuchRun;

const run = loadScript('reopen-run');
const shard = loadScript('reopen-shard', ['shard', 'done', 'quarantined', 'labelled', 'correct'], 'codes');

/**
 * The first step of three: reopen the run, which pauses it; reopen its shards and enqueue them; resume the run. Killed in
 * between, the run stays paused and the same steps lead on.
 */
export async function reopenRun(ledger: RunLedger): Promise<Move> {
  return moveOf(run, await runScript(ledger, run, {}));
}

/** @param tally of the shard's stored records; null for a shard that was given up, which has none */
export async function reopenShard(ledger: RunLedger, number: number, tally: Tally | null): Promise<Reopening> {
  const { failures, ...counts } = tally ?? emptyTally();
  const codes = Object.entries(failures).flat();
  const reply = await runScript(ledger, shard, { ...counts, shard: number, codes });
  switch (reply.result) {
    case 'reopened':
    case 'already-open':
    case 'not-in-plan':
    case 'no-such-run':
      return { result: reply.result };
    case 'not-paused':
      return { result: reply.result, state: ledgerState.parse(reply.values[0]) };
    default:
      throw unknownReply(shard, reply);
  }
}
