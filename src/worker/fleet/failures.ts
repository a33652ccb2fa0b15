/** What a failure means for a shard and its run. */

import { UserError } from '../../explain/user-error.ts';
import { RedisError } from '../../shared/ledger/redis-errors.ts';
import type { Refusal } from '../../shared/ledger/run-state.ts';
import { StoreError } from '../../shared/store/store.ts';
import { InferenceError } from '../pipeline/inference/inference.ts';

/** The shard goes back to the queue unfinished, without having used an attempt: the worker stops. */
export class HandedBack extends Error {
  constructor() {
    super('The worker stops; the shard goes back to the queue.');
  }
}

/** This worker does not compute as the run asks for: the shard goes back to the queue for another, without having used an attempt. */
export class LeftToOthers extends Error {}

/** The run takes no more results: it was cancelled, failed, ended, or is unknown to Redis. */
export class RunClosed extends Error {
  constructor(refusal: Refusal) {
    super(refusal.result === 'no-such-run' ? 'Redis knows no such run.' : `The run is ${refusal.state}.`);
  }
}

/** Another worker has taken the shard over. */
export class AttemptSuperseded extends Error {
  constructor() {
    super('Another worker has the shard.');
  }
}

/**
 * Whether every other shard, on any worker, would fail for the same reason: a missing bucket, a refused login, a wrong model.
 * Then the run stops. Anything else is tried again later.
 */
export function isPermanent(error: unknown): boolean {
  if (error instanceof RedisError) return false;
  if (error instanceof StoreError) return !error.transient;
  if (error instanceof InferenceError) return error.code === 'out-of-memory';
  return error instanceof UserError && error.code !== 'internal';
}

export function describe(error: unknown): { code: string; message: string } {
  const known = error instanceof UserError || error instanceof StoreError || error instanceof InferenceError;
  return { code: known ? error.code : 'internal', message: error instanceof Error ? error.message : String(error) };
}
