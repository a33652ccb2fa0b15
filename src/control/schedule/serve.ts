/** Schedules attended to by a process of its own. */

import { UserError } from '../../explain/user-error.ts';
import { enqueueRun } from '../../producer/enqueue.ts';
import { connectRedisUnless } from '../../shared/ledger/connect-redis.ts';
import type { RedisClient } from '../../shared/ledger/run-keys.ts';
import { preflight } from '../../shared/queue/preflight.ts';
import { withoutRepeats } from '../../shared/queue/without-repeats.ts';
import { aborted, unlessAborted } from '../../shared/threads/aborted.ts';
import type { Traces } from '../../shared/traces/traces.ts';
import { preflightRun } from '../preflight-run.ts';
import { type StartRun, startScheduler } from './start-scheduler.ts';

/** Starts a run as `gradline enqueue` does. */
function enqueueScheduled(redis: RedisClient, onNotice: (message: string) => void, traces: Traces | null): StartRun {
  return async (configuration, run, signal) => {
    const events = {
      onStart: () => undefined,
      onNotice: (message: string) => onNotice(`Run ${run}: ${message}`),
      onWarning: (message: string) => onNotice(`Run ${run}: ${message}`),
      onProgress: () => undefined,
    };
    const { warnings, modelWarnings, redis: check } = await preflightRun(redis, configuration);
    // Those about Redis have been told.
    for (const warning of warnings) if (!check.warnings.includes(warning)) events.onWarning(warning);
    const options = { run, highWatermark: null, lowWatermark: null, traces, warnings: modelWarnings };
    const { state, reason } = await enqueueRun(configuration, redis, options, events, signal);
    if (state === 'failed') throw new UserError('run-failed', reason?.message ?? `Run ${run} failed.`);
    return state === 'interrupted' ? 'interrupted' : 'enqueued';
  };
}

interface ServeOptions {
  /** Whether to check Redis first; a worker has done so. */
  check?: boolean;
  /** Milliseconds to end in once `signal` has aborted. */
  deadline?: number;
  /** Of the runs that it starts. */
  traces?: Traces | null;
  /** Something else to do with the connection meanwhile. */
  beside?(redis: RedisClient): Promise<AsyncDisposable>;
}

/**
 * Until `signal` aborts, on a connection of its own.
 * @throws UserError, RedisError as connecting and the preflight do
 */
export async function serveSchedules(
  redisAddress: string,
  onNotice: (message: string) => void,
  signal: AbortSignal,
  { check = true, deadline = 10_000, beside, traces = null }: ServeOptions = {},
): Promise<void> {
  // While Redis is away, every attempt to reach it fails in the same way.
  const tellOnce = withoutRepeats(onNotice);
  const onProblem = ({ message }: Error): void => tellOnce(message);
  const redis = await connectRedisUnless(signal, redisAddress, { use: 'worker', onProblem });
  if (redis === null) return;
  try {
    const checked = check ? await unlessAborted(signal, preflight(redis)) : null;
    for (const warning of checked?.warnings ?? []) onNotice(`Warning: ${warning}`);
    if (signal.aborted) return;
    const scheduler = await startScheduler({ redis, startRun: enqueueScheduled(redis, onNotice, traces), onNotice });
    await using _ = await beside?.(redis);
    await aborted(signal);
    await scheduler.close(deadline);
  } finally {
    redis.disconnect();
  }
}
