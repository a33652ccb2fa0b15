/** Whether Redis and the output of a fleet's run can be worked with, before anything is put into the queue or taken from it. */

import { randomBytes } from 'node:crypto';
import { UserError } from '../../explain/user-error.ts';
import { checkRedis, type RedisCheck } from '../ledger/check-redis.ts';
import type { RedisClient } from '../ledger/run-keys.ts';
import { type Store, StoreError } from '../store/store.ts';

export interface PreflightReport {
  redis: RedisCheck;
  /** What can go wrong although work can begin, a sentence each with what to do. */
  warnings: string[];
}

/**
 * Checks the version and settings of Redis; writes an object to the output, reads it back byte by byte and deletes it.
 *
 * @param output where the run writes; left out by a worker that does not know its runs yet
 * @throws UserError `redis-too-old`, `redis-evicts`, `redis-read-only`, `output-changes-bytes`; StoreError when the output
 * cannot be written or read; RedisError
 */
export async function preflight(redis: RedisClient, output?: Store): Promise<PreflightReport> {
  const check = await checkRedis(redis);
  const warnings = output === undefined ? [] : await checkOutput(output);
  return { redis: check, warnings: [...check.warnings, ...warnings] };
}

/** @returns warnings. @throws UserError `output-changes-bytes`; StoreError */
export async function checkOutput(output: Store): Promise<string[]> {
  // Hidden, so that no listing takes it for a result.
  const key = `.preflight-${randomBytes(9).toString('hex')}`;
  // Each byte value, and enough of them that a server which cuts bodies into chunks would show it.
  const probe = Buffer.concat([Buffer.from(Array.from({ length: 256 }, (_, value) => value)), randomBytes(65_536)]);
  await output.put(key, probe, 'application/octet-stream');
  const stored = await output.get(key).catch((error: unknown) => {
    if (!(error instanceof StoreError && error.code === 'not-found')) throw error;
    throw new UserError(
      'output-loses-objects',
      `${output.location} does not give back what was just written to it. Use a store that reads its own writes, as S3 does.`,
      { cause: error },
    );
  });
  const warnings = await removeProbe(output, key);
  if (stored.equals(probe)) return warnings;
  throw new UserError(
    'output-changes-bytes',
    `${output.location} gave back other bytes than were written to it (${stored.length} instead of ${probe.length}). Look at what ` +
      'lies between: a proxy that changes bodies, or a server that stores checksum trailers as data. Update it or use another one.',
  );
}

async function removeProbe(output: Store, key: string): Promise<string[]> {
  try {
    await output.delete(key);
    return [];
  } catch (error) {
    // Runs only write and read, so a policy without deleting is no reason to refuse.
    if (!(error instanceof StoreError && error.code === 'access-denied')) throw error;
    return [`Deleting is not allowed in ${output.location}: the test object ${key} stays there.`];
  }
}
