/** The entry point of the thread that makes a report. */

import { parentPort, workerData } from 'node:worker_threads';
import { type CarriedError, carry } from '../shared/threads/carried-error.ts';
import { type MadeReport, makeReportAt, type ReportOrder } from './make-report.ts';

export type ReportReply = { type: 'report-made'; made: MadeReport } | { type: 'report-failed'; error: CarriedError };

if (parentPort === null) throw new Error('report-thread is started by run-report.ts, not run by itself.');
const order: ReportOrder = workerData;
let reply: ReportReply;
try {
  reply = { type: 'report-made', made: await makeReportAt(order) };
} catch (error) {
  reply = { type: 'report-failed', error: carry(error) };
}
parentPort.postMessage(reply);
