import { setTimeout as sleep } from 'node:timers/promises';
import { type RunStatus, readStatus } from '../shared/ledger/read-status.ts';
import type { RedisClient } from '../shared/ledger/run-keys.ts';
import { isOngoing } from '../shared/ledger/run-state.ts';
import { findRun, noSuchRun } from './find-run.ts';

/**
 * A run's status again and again until it has ended or `signal` aborts. The last one is the end's.
 * @param interval milliseconds between two of them
 * @throws UserError `no-such-run`, also when Redis loses the run meanwhile
 */
export async function* watch(
  redis: RedisClient,
  run: string,
  interval: number,
  signal: AbortSignal,
): AsyncGenerator<RunStatus> {
  const { ledger, status: first } = await findRun(redis, run);
  let status: RunStatus | null = first;
  while (true) {
    if (status === null) throw await noSuchRun(redis, run, first.output);
    yield status;
    if (!isOngoing(status.state)) return;
    await sleep(interval, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    status = await readStatus(ledger);
  }
}
