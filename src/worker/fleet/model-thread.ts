/** The entry point of the thread that fetches a model: hashing and reading hundreds of megabytes would hold up the main thread. */

import { parentPort, workerData } from 'node:worker_threads';
import { type CarriedError, carry } from '../../shared/threads/carried-error.ts';
import { localModel, type ModelOrder } from './model-cache.ts';

export type ModelReply = { type: 'ready'; path: string } | { type: 'failed'; error: CarriedError };

if (parentPort === null) throw new Error('model-thread is started by fetch-model.ts, not run by itself.');
const order: ModelOrder = workerData;
let reply: ModelReply;
try {
  reply = { type: 'ready', path: await localModel(order) };
} catch (error) {
  reply = { type: 'failed', error: carry(error) };
}
parentPort.postMessage(reply);
