/** The report at the end of a run, as the last step of whoever finishes it. */

import { z } from 'zod';
import { runConfigurationSchema } from '../shared/run/configuration.ts';
import { readRunFile } from '../shared/run/run-file.ts';
import { openStore } from '../shared/store/open-store.ts';
import { retryTransient } from '../shared/store/retry.ts';
import { comparedReport } from './compared-report.ts';

const reportSettings = runConfigurationSchema.pick({ report: true, reference: true, since: true });

/** Of another version: no report is wanted. */
const fields = z.object({ configuration: reportSettings }).nullable().catch(null);

/**
 * Makes the report of a finished run, unless its settings say not to. Doing it again gives the same bytes.
 * @throws Error that says how to make it later, or why it is not compared with the run that the settings name; the signal's reason
 */
export async function closeWithReport(location: string, signal: AbortSignal): Promise<void> {
  let notCompared: string | null = null;
  try {
    const settings = await settingsOf(location);
    if (settings?.report) notCompared = (await comparedReport({ ...settings, output: location }, signal)).warning;
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The report could not be made: ${reason} Make it with: gradline report ${location}`, {
      cause: error,
    });
  }
  if (notCompared !== null) throw new Error(notCompared);
}

async function settingsOf(location: string): Promise<z.infer<typeof reportSettings> | undefined> {
  await using output = await openStore(location);
  return (await retryTransient(() => readRunFile(output, fields)))?.configuration;
}
