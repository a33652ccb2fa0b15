/** The state in a run's `run.json`, where a command changes it. */

import { z } from 'zod';
import { UserError } from '../explain/user-error.ts';
import { type RunFile, runFileKey } from '../shared/run/run-file.ts';
import { openStore } from '../shared/store/open-store.ts';
import { type Store, StoreError } from '../shared/store/store.ts';

const runFile = z.looseObject({
  run: z.string(),
  state: z.string(),
  started: z.string(),
  configuration: z.looseObject({ output: z.string() }),
});

export type StoredRunFile = z.infer<typeof runFile>;

/** @throws UserError `not-a-run` when there is none, `damaged-output`; StoreError */
export async function readRunFile(output: Store): Promise<StoredRunFile> {
  let text: string;
  try {
    text = (await output.get(runFileKey)).toString('utf8');
  } catch (error) {
    if (!(error instanceof StoreError && error.code === 'not-found')) throw error;
    throw new UserError(
      'not-a-run',
      `${output.location} holds no ${runFileKey}: it is not the output of a run. Give the --output of the run.`,
      { cause: error },
    );
  }
  try {
    return runFile.parse(JSON.parse(text));
  } catch (cause) {
    throw new UserError('damaged-output', `${runFileKey} in ${output.location} is not one that Gradline wrote.`, {
      cause,
    });
  }
}

/** Whoever finishes the run writes the file anew. */
export async function writeRunState(output: Store, state: RunFile['state']): Promise<void> {
  const finished = state === 'running' ? null : new Date().toISOString();
  const file = { ...(await readRunFile(output)), state, finished, error: null };
  await output.put(runFileKey, `${JSON.stringify(file, null, 2)}\n`, 'application/json');
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
