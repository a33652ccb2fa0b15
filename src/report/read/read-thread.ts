/** The entry point of a thread that parses scores parts: a million records are 20 seconds of work for one core. */

import { parentPort, workerData } from 'node:worker_threads';
import { openStore } from '../../shared/store/open-store.ts';
import { type CarriedError, carry } from '../../shared/threads/carried-error.ts';
import { readParts } from './read-parts.ts';
import type { RunTable } from './run-table.ts';

export interface ReadRequest {
  shards: number[];
}

export type ReadReply = { type: 'read'; table: RunTable } | { type: 'read-failed'; error: CarriedError };

if (parentPort === null) throw new Error('read-thread is started by read-threads.ts, not run by itself.');
const port = parentPort;
const { location }: { location: string } = workerData;
const opened = openStore(location);

port.on('message', async ({ shards }: ReadRequest) => {
  let reply: ReadReply;
  try {
    reply = { type: 'read', table: await readParts(await opened, shards) };
  } catch (error) {
    reply = { type: 'read-failed', error: carry(error) };
  }
  port.postMessage(reply);
});
