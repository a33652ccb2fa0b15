/** What a worker needs to know of a run, from its `run.json`. */

import type { z } from 'zod';
import { damagedRunFile, readRunFile, runFileSchema } from '../../shared/run/run-file.ts';
import { retryTransient } from '../../shared/store/retry.ts';
import type { Store } from '../../shared/store/store.ts';

const storedRun = runFileSchema.pick({ run: true, configuration: true, digests: true });

const next = 'Restore it, or start the run anew with another --output.';

/** @throws UserError `damaged-output`; StoreError */
export function readStoredRun(output: Store): Promise<z.infer<typeof storedRun>> {
  const missing = (error: unknown): never => {
    throw damagedRunFile(output, `is gone. ${next}`, error);
  };
  const damaged = `is not that of a run that this version of Gradline can work on. ${next}`;
  return retryTransient(() => readRunFile(output, storedRun, missing, damaged));
}
