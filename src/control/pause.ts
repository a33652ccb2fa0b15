import { UserError } from '../explain/user-error.ts';
import type { LedgerState } from '../shared/ledger/contract.ts';
import type { RedisClient } from '../shared/ledger/run-keys.ts';
import { pauseRun } from '../shared/ledger/run-state.ts';
import { findRun, noSuchRun } from './find-run.ts';

export interface Moved {
  run: string;
  state: LedgerState;
  /** False when the run was in that state before. */
  changed: boolean;
  /** What could not be said in the output's run.json, and why. */
  warning: string | null;
}

/**
 * No further shard of the run is begun, and its producer waits. Shards under way are finished and committed.
 * @throws UserError `no-such-run`, `not-allowed`
 */
export async function pause(redis: RedisClient, run: string): Promise<Moved> {
  const { ledger, status } = await findRun(redis, run, 0);
  const move = await pauseRun(ledger);
  if (move.result === 'no-such-run') throw await noSuchRun(redis, run, status.output);
  if (move.result === 'not-allowed') {
    throw new UserError(
      'not-allowed',
      `Run ${run} is ${move.state}: only a run that is being worked on can be paused.`,
    );
  }
  return { run, state: move.state, changed: move.result === 'moved', warning: null };
}
