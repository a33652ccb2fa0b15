import { Worker } from 'node:worker_threads';
import { restore } from '../../shared/threads/carried-error.ts';
import type { ReadReply, ReadRequest } from './read-thread.ts';
import type { RunTable } from './run-table.ts';

/**
 * Reads groups of shards in threads of their own; the tables come in the order of the groups.
 * @param location of the run's output, which each thread opens for itself
 * @throws as `readParts`
 */
export async function readInThreads(
  file: URL,
  location: string,
  groups: readonly number[][],
  threads: number,
): Promise<RunTable[]> {
  const tables: RunTable[] = [];
  let next = 0;
  const workers = Array.from(
    { length: Math.min(threads, groups.length) },
    () => new Worker(file, { name: 'gradline-read', workerData: { location } }),
  );
  const work = async (worker: Worker) => {
    for (let group = next++; group < groups.length; group = next++) {
      tables[group] = await ask(worker, { shards: groups[group] ?? [] });
    }
  };
  try {
    await Promise.all(workers.map(work));
    return tables;
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function ask(worker: Worker, request: ReadRequest): Promise<RunTable> {
  return new Promise((resolve, reject) => {
    const onMessage = (reply: ReadReply) => {
      end();
      if (reply.type === 'read') resolve(reply.table);
      else reject(restore(reply.error));
    };
    const onError = (error: Error) => {
      end();
      reject(error);
    };
    const onExit = (code: number) => onError(new Error(`A reading thread ended with exit code ${code}.`));
    const end = () => worker.off('message', onMessage).off('error', onError).off('exit', onExit);
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.postMessage(request);
  });
}
