/** The entry point of the thread that makes a report. */

import { answerOnce } from '../shared/threads/answer-once.ts';
import { makeReportAt } from './make-report.ts';

await answerOnce(makeReportAt);
