/**
 * Where the ledger lives in Redis. All keys of a run hold its id in braces, the hash tag, so that a Redis Cluster keeps them in
 * one slot and a script may touch them together.
 */

import type { Cluster, Redis } from 'ioredis';
import { UserError } from '../../explain/user-error.ts';

export type RedisClient = Redis | Cluster;

interface RunKeys {
  /** Hash: state, plan, counts, cursor, finisher. */
  run: string;
  /** Bitmap of finished images; bit `shard * shardSize + place`. */
  images: string;
  /** Bitmap of settled shards: committed or given up. */
  shards: string;
  /** Bitmap of shards that were given up. */
  givenUp: string;
  /** Hash: quarantined images by code. */
  codes: string;
  /** List: the latest failures with their reasons. */
  failures: string;
  /** Hash: shards under way, with their breadcrumbs and crashes. */
  attempts: string;
  /** Hash: what each worker did, and when. */
  workers: string;
}

/** A run's part of the ledger. */
export interface RunLedger {
  readonly redis: RedisClient;
  readonly run: string;
  readonly keys: RunKeys;
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
  const key = (name: keyof RunKeys) => `gradline:{${run}}:${name}`;
  return {
    redis,
    run,
    keys: {
      run: key('run'),
      images: key('images'),
      shards: key('shards'),
      givenUp: key('givenUp'),
      codes: key('codes'),
      failures: key('failures'),
      attempts: key('attempts'),
      workers: key('workers'),
    },
  };
}
