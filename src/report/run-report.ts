import { Worker } from 'node:worker_threads';
import { restore } from '../shared/threads/carried-error.ts';
import { threadFile } from '../shared/threads/thread-file.ts';
import { type MadeReport, makeReportAt, type ReportOrder } from './make-report.ts';
import type { ReportReply } from './report-thread.ts';

const builtThread = threadFile('report-thread', import.meta.url);

/**
 * Makes a report in a thread of its own, because reading millions of records keeps a thread busy; from sources in the caller's.
 * @param signal ends the thread; the files that it has written by then stay
 * @throws as `makeReport`; the signal's reason
 */
export async function runReport(order: ReportOrder, signal?: AbortSignal): Promise<MadeReport> {
  signal?.throwIfAborted();
  if (builtThread === null) return makeReportAt(order);
  const worker = new Worker(builtThread, { name: 'gradline-report', workerData: order });
  const stop = () => void worker.terminate();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const reply = await new Promise<ReportReply>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', (code) => {
        reject(signal?.aborted ? signal.reason : new Error(`The report's thread ended with exit code ${code}.`));
      });
    });
    if (reply.type === 'report-failed') throw restore(reply.error);
    return reply.made;
  } finally {
    signal?.removeEventListener('abort', stop);
    await worker.terminate();
  }
}
