/** The bounded list of what failed and why. All failures are in the records; these are the latest, to be seen while a run goes. */

import { z } from 'zod';
import type { Failure } from './contract.ts';

/** While a run goes, and once it is complete. */
export const failuresKept = 200;
export const failuresKeptComplete = 20;

const longestMessage = 300;
const failure = z.object({
  shard: z.number(),
  place: z.number().nullable(),
  key: z.string().nullable(),
  code: z.string(),
  message: z.string(),
});

/** The shard's number comes first, so that a script finds the entries of a shard without reading JSON. */
export function failureEntry(entry: Failure): string {
  const { message } = entry;
  const short = message.length > longestMessage ? `${message.slice(0, longestMessage - 1)}…` : message;
  return `${entry.shard} ${JSON.stringify({ ...entry, message: short })}`;
}

export function givenUpEntry(shard: number, error: { code: string; message: string }): string {
  return failureEntry({ shard, place: null, key: null, code: error.code, message: error.message });
}

export function parseFailure(entry: string): Failure {
  return failure.parse(JSON.parse(entry.slice(entry.indexOf(' ') + 1)));
}
