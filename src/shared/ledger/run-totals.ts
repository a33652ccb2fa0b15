/** The numbers of a run that a script replies with after settling a shard. */

import { z } from 'zod';

export interface RunTotals {
  /** Shards that are committed or given up, and shards of the plan; null before planning has ended. */
  settledShards: number;
  shards: number | null;
  /** Images of the plan; null before planning has ended. */
  expected: number | null;
  done: number;
  quarantined: number;
  /** Over the `done` images. */
  labelled: number;
  correct: number;
  /** Images of the shards that were given up: planned, but without a record. */
  missing: number;
}

const number = z.coerce.number().int();
const planned = number.transform((value) => (value < 0 ? null : value));
const totals = z.tuple([number, planned, planned, number, number, number, number, number]);

export function totalsOf(values: unknown[]): RunTotals {
  const [settledShards, shards, expected, done, quarantined, labelled, correct, missing] = totals.parse(values);
  return { settledShards, shards, expected, done, quarantined, labelled, correct, missing };
}
