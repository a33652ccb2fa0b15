/** A run opened to be explored: its model and images, and what its classes are called. */

import { ClassNames } from '../explain/class-names.ts';
import { readStoredFindings } from '../report/export/stored-findings.ts';
import type { Store } from '../shared/store/store.ts';
import { type ReopenedRun, type RunPlaces, reopenRun } from '../worker/reopen/reopened-run.ts';

export interface ExploredRun extends ReopenedRun {
  /** By index, as the report has them; null where the classes have none. */
  classNames: ClassNames | null;
}

/** @throws as `reopenRun` */
export async function openExploredRun(output: Store, places: RunPlaces): Promise<ExploredRun> {
  const run = await reopenRun(output, places);
  const findings = await readStoredFindings(output);
  const named = findings?.classNames.some((name) => name !== null) === true;
  return {
    ...run,
    classNames: named
      ? new ClassNames(
          findings.classNames.map((name) => name ?? ''),
          "the run's classes",
        )
      : null,
  };
}
