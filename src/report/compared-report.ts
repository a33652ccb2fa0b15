import type { MadeReport, ReportOrder } from './make-report.ts';
import { runReport } from './run-report.ts';

/**
 * A run's report with the runs that its settings name to compare with, else without them: a night before that failed must not
 * cost the report of this one.
 * @returns `warning`: why there is no comparison; null where there is one, or none was wanted
 * @throws as `runReport`
 */
export async function comparedReport(
  { output, reference = null, since = null }: ReportOrder,
  signal: AbortSignal,
): Promise<{ made: MadeReport; warning: string | null }> {
  try {
    return { made: await runReport({ output, reference, since }, signal), warning: null };
  } catch (error) {
    signal.throwIfAborted();
    if (reference === null && since === null) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    return {
      made: await runReport({ output }, signal),
      warning: `The report is not compared with another run: ${reason}`,
    };
  }
}
