/**
 * Where the ledger lives in Redis. All keys of a run hold its id in braces, the hash tag, so that a Redis Cluster keeps them in
 * one slot and a script may touch them together.
 */

import type { Cluster, Redis } from 'ioredis';
import { UserError } from '../../explain/user-error.ts';

export type RedisClient = Redis | Cluster;

/** What the ledger holds of a run, a key each. */
export const runKeys = [
  /** Hash: state, plan, counts, cursor, finisher. */
  'run',
  /** Bitmap of finished images; bit `shard * shardSize + place`. */
  'images',
  /** Bitmap of settled shards: committed or given up. */
  'shards',
  /** Bitmap of shards that were given up. */
  'givenUp',
  /** Hash: quarantined images by code. */
  'codes',
  /** List: the latest failures with their reasons. */
  'failures',
  /** Hash: shards under way, with their breadcrumbs and crashes. */
  'attempts',
  /** Hash: what each worker did, and when. */
  'workers',
] as const;

export type RunKey = (typeof runKeys)[number];

/** A run's part of the ledger. */
export interface RunLedger {
  readonly redis: RedisClient;
  readonly run: string;
  readonly key: (name: RunKey) => string;
}

/**
 * Sorted set of run ids by time of creation, in milliseconds. It lies in another slot than the runs, so the two cannot change
 * together: `createRun` writes the registry first and `forgetRun` last, so a run is never without its entry, and readers pass
 * over an entry without a run.
 */
export const runRegistryKey = 'gradline:runs';

const runId = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** @throws UserError `bad-run-id` */
export function openRunLedger(redis: RedisClient, run: string): RunLedger {
  if (!runId.test(run)) {
    throw new UserError(
      'bad-run-id',
      `${JSON.stringify(run)} cannot be a run id: use letters, digits, ".", "_" and "-", up to 100, beginning with a letter or digit.`,
    );
  }
  return { redis, run, key: (name) => `gradline:{${run}}:${name}` };
}
