/**
 * Makes something of a run's merged output before the run counts as complete, such as a report. A finisher that dies is replaced by one that
 * does it again, so it must be idempotent.
 *
 * @param output location of the run's output; its `run.json` says that the run is complete
 * @param signal aborts when the work goes to another worker
 */
export type ClosingStep = (output: string, signal: AbortSignal) => Promise<void>;
