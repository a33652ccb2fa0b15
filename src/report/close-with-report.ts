/** The report at the end of a run, as the last step of whoever finishes it. */

import { z } from 'zod';
import { runFileKey } from '../shared/run/run-file.ts';
import { openStore } from '../shared/store/open-store.ts';
import { retryTransient } from '../shared/store/retry.ts';
import { comparedReport } from './compared-report.ts';

const runFile = z.object({
  configuration: z.object({
    report: z.boolean(),
    reference: z.string().exactOptional(),
    since: z.string().exactOptional(),
  }),
});

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

async function settingsOf(location: string): Promise<z.infer<typeof runFile>['configuration'] | undefined> {
  await using output = await openStore(location);
  const text = (await retryTransient(() => output.get(runFileKey))).toString('utf8');
  return runFile.safeParse(JSON.parse(text)).data?.configuration;
}
