import { inThread } from '../shared/threads/in-thread.ts';
import { threadFile } from '../shared/threads/thread-file.ts';
import { type MadeReport, makeReportAt, type ReportOrder } from './make-report.ts';

const thread = {
  file: threadFile('report-thread', import.meta.url),
  name: 'gradline-report',
  title: "The report's thread",
  sharesEnvironment: true,
};

/**
 * Makes a report in a thread of its own, because reading millions of records keeps a thread busy; from sources in the caller's.
 * @param signal ends the thread; the files that it has written by then stay
 * @throws as `makeReport`; the signal's reason
 */
export function runReport(order: ReportOrder, signal?: AbortSignal): Promise<MadeReport> {
  return inThread(thread, makeReportAt, order, signal);
}
