import type { Store } from '../shared/store/store.ts';
import { diffRuns } from './diff/diff-runs.ts';
import type { ChangesContent } from './page/page-changes.ts';
import { readRun } from './read/read-run.ts';
import type { RunTable } from './read/run-table.ts';

/**
 * What changed from an earlier run to this one, with what the page needs of the earlier run.
 * @param after the later run's records
 * @throws as `diffRuns`
 */
export async function changesSince(earlier: Store, output: Store, after: RunTable): Promise<ChangesContent> {
  const { table: before } = await readRun(earlier);
  return {
    diff: await diffRuns(earlier, output, { tables: { before, after } }),
    earlier: { output: earlier, table: before },
  };
}
