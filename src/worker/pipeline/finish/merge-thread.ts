/** The entry point of the thread that merges a run's scores: reading and packing millions of records keeps a thread busy. */

import { parentPort, workerData } from 'node:worker_threads';
import { type CarriedError, carry } from '../../../shared/threads/carried-error.ts';
import { type MergedScores, type MergeOrder, mergeScores } from './merge-scores.ts';

export type MergeReply = { type: 'merged'; merged: MergedScores } | { type: 'merge-failed'; error: CarriedError };

if (parentPort === null) throw new Error('merge-thread is started by run-merge.ts, not run by itself.');
const order: MergeOrder = workerData;
let reply: MergeReply;
try {
  reply = { type: 'merged', merged: await mergeScores(order) };
} catch (error) {
  reply = { type: 'merge-failed', error: carry(error) };
}
parentPort.postMessage(reply);
