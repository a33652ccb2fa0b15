import { readStatus } from '../../shared/ledger/read-status.ts';
import { openRunLedger, type RedisClient } from '../../shared/ledger/run-keys.ts';
import { readHistory, type ScheduleEvent } from './schedule-state.ts';

const beginnings = new Set<ScheduleEvent>(['started', 'caught-up']);

/**
 * The latest run that a schedule began before this one and that is complete. One that the ledger has forgotten counts: weekly runs
 * outlast it.
 */
export async function runBefore(redis: RedisClient, schedule: string, run: string): Promise<string | null> {
  for (const { event, run: begun } of await readHistory(redis, schedule)) {
    if (begun === run || !beginnings.has(event)) continue;
    const status = await readStatus(openRunLedger(redis, begun), 0);
    if (status === null || status.state === 'complete') return begun;
  }
  return null;
}
