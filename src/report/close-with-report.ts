/** The report at the end of a run, as the last step of whoever finishes it. */

import { z } from 'zod';
import { openStore } from '../shared/open-store.ts';
import { retryTransient } from '../shared/retry.ts';
import { runFileKey } from '../shared/run-file.ts';
import { runReport } from './run-report.ts';

const runFile = z.object({ configuration: z.object({ report: z.boolean() }) });

/**
 * Makes the report of a finished run, unless its settings say not to. Doing it again gives the same bytes.
 * @throws Error that says how to make it later; the signal's reason
 */
export async function closeWithReport(location: string, signal: AbortSignal): Promise<void> {
  try {
    if (await wantsReport(location)) await runReport({ output: location, reference: null }, signal);
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The report could not be made: ${reason} Make it with: gradline report ${location}`, {
      cause: error,
    });
  }
}

async function wantsReport(location: string): Promise<boolean> {
  const output = await openStore(location);
  try {
    const text = (await retryTransient(() => output.get(runFileKey))).toString('utf8');
    return runFile.safeParse(JSON.parse(text)).data?.configuration.report ?? false;
  } finally {
    await output.close();
  }
}
