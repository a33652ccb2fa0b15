/** The state in a run's `run.json`, where a command changes it. */

import type { z } from 'zod';
import { UserError } from '../explain/user-error.ts';
import { runConfigurationSchema } from '../shared/run/configuration.ts';
import { type RunFile, readRunFile, runFileKey, runFileSchema, writeRunFile } from '../shared/run/run-file.ts';
import { openStore } from '../shared/store/open-store.ts';
import { type Store, StoreError } from '../shared/store/store.ts';

/** With all other fields, because the file is written anew. */
const stateFile = runFileSchema
  .pick({ run: true, state: true, started: true })
  .extend({ configuration: runConfigurationSchema.pick({ output: true }).loose() })
  .loose();

export type StateFile = z.infer<typeof stateFile>;

/** @throws UserError `not-a-run` when there is none, `damaged-output`; StoreError */
export function readStateFile(output: Store): Promise<StateFile> {
  return readRunFile(output, stateFile, (cause): never => {
    throw new UserError(
      'not-a-run',
      `${output.location} holds no ${runFileKey}: it is not the output of a run. Give the --output of the run.`,
      { cause },
    );
  });
}

/** Whoever finishes the run writes the file anew. */
export async function writeRunState(output: Store, state: RunFile['state']): Promise<void> {
  const finished = state === 'running' ? null : new Date().toISOString();
  await writeRunFile(output, { ...(await readStateFile(output)), state, finished, error: null });
}

/**
 * The same where the ledger has already moved: what it says counts, so an output that cannot be written is only told.
 * @returns a sentence about what went wrong, or null
 */
export async function tellRunState(location: string, state: RunFile['state']): Promise<string | null> {
  try {
    const output = await openStore(location);
    try {
      await writeRunState(output, state);
      return null;
    } finally {
      await output.close();
    }
  } catch (error) {
    if (!(error instanceof StoreError || error instanceof UserError)) throw error;
    return `${runFileKey} does not say that the run is ${state}. ${error.message}`;
  }
}
