/** The numbers of a run that a script replies with after settling a shard. */

import { z } from 'zod';
import type { RunTotals } from '../run/tally.ts';

const number = z.coerce.number().int();
const planned = number.transform((value) => (value < 0 ? null : value));
const totals = z.tuple([number, planned, planned, number, number, number, number, number]);

export function totalsOf(values: unknown[]): RunTotals {
  const [settledShards, shards, expected, done, quarantined, labelled, correct, missing] = totals.parse(values);
  return { settledShards, shards, expected, done, quarantined, labelled, correct, missing };
}
