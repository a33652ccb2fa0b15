import type { RunStatus } from '../shared/ledger/read-status.ts';
import type { RedisClient } from '../shared/ledger/run-keys.ts';
import type { LedgerState } from '../shared/ledger/run-state.ts';
import { listRuns } from '../shared/ledger/runs.ts';

/** Runs that have not ended. */
const ongoingStates: ReadonlySet<LedgerState> = new Set(['planning', 'running', 'paused', 'finishing']);

export function isOngoing(state: LedgerState): boolean {
  return ongoingStates.has(state);
}

/** The runs that have not ended, among the latest thousand. */
export async function ongoingRuns(redis: RedisClient): Promise<RunStatus[]> {
  const runs = await listRuns(redis, 1000);
  return runs.filter(({ state }) => isOngoing(state));
}
