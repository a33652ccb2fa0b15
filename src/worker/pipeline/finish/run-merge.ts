import { Worker } from 'node:worker_threads';
import { restore } from '../../../shared/threads/carried-error.ts';
import { threadFile } from '../../../shared/threads/thread-file.ts';
import { type MergedScores, type MergeOrder, mergeScores } from './merge-scores.ts';
import type { MergeReply } from './merge-thread.ts';

const builtThread = threadFile('merge-thread', import.meta.url);

/**
 * Merges a run's scores in a thread of its own; from sources in the caller's.
 * @param signal ends the thread; what was begun has no effect
 * @throws as `mergeScores`; the signal's reason
 */
export async function runMerge(order: MergeOrder, signal?: AbortSignal): Promise<MergedScores> {
  signal?.throwIfAborted();
  if (builtThread === null) return mergeScores(order);
  const worker = new Worker(builtThread, { name: 'gradline-merge', workerData: order });
  const stop = () => void worker.terminate();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const reply = await new Promise<MergeReply>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', (code) => {
        reject(signal?.aborted ? signal.reason : new Error(`The merging thread ended with exit code ${code}.`));
      });
    });
    if (reply.type === 'merge-failed') throw restore(reply.error);
    return reply.merged;
  } finally {
    signal?.removeEventListener('abort', stop);
    await worker.terminate();
  }
}
