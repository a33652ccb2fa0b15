/** Taking a run back that has no shard yet: its output and its id are free again. */

import type { RunLedger } from '../shared/ledger/run-keys.ts';
import { cancelRun } from '../shared/ledger/run-state.ts';
import { forgetRun } from '../shared/ledger/runs.ts';
import { evaluatedImagesKey } from '../shared/run/output-key.ts';
import { classesKey, sampleKey } from '../shared/run/plan-files.ts';
import { runFileKey } from '../shared/run/run-file.ts';
import { retryTransient } from '../shared/store/retry.ts';
import type { Store } from '../shared/store/store.ts';

/**
 * Only for a run none of whose plan is written. run.json goes last: while it is there, the next start finds the run and takes it back.
 * @throws StoreError, RedisError
 */
export async function discardRun(ledger: RunLedger, output: Store): Promise<void> {
  // Only what has ended is forgotten.
  await cancelRun(ledger);
  await forgetRun(ledger);
  for (const key of [classesKey, sampleKey, evaluatedImagesKey, runFileKey]) {
    await retryTransient(() => output.delete(key));
  }
}
