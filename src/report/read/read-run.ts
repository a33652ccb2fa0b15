import type { Store } from '../../shared/store/store.ts';
import { readRunTable } from './read-table.ts';
import { type RunDescription, readRunDescription } from './run-description.ts';
import type { RunTable } from './run-table.ts';

/**
 * A run's description and records. The description first: of a place without a run it says that there is none.
 * @throws UserError `no-run`, `damaged-output`; StoreError
 */
export async function readRun(output: Store): Promise<{ description: RunDescription; table: RunTable }> {
  const description = await readRunDescription(output);
  return { description, table: await readRunTable(output) };
}
