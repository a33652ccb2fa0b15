import { SHARE_ENV } from 'node:worker_threads';
import type { Answer } from './answer-once.ts';
import { restore } from './carried-error.ts';
import { startThread } from './start-thread.ts';

export interface ThreadKind {
  /** The built file, which hands the same work to `answerOnce`; null: see `threadFile`. */
  file: URL | null;
  /** What debuggers and profilers call it. */
  name: string;
  /** How an error's sentence begins: `The merging thread`. */
  title: string;
  /** Whether it has the process's environment, which decides the precision of a model that it opens, instead of a copy. */
  sharesEnvironment?: boolean;
}

/**
 * Does a task in a thread of its own, which ends with it; where there is no built file, in the caller's.
 * @param task reaches the thread as a structured clone, and so does the result on its way back
 * @param signal ends the thread at once: what it has written by then stays
 * @throws as `work`, for an error of Gradline's with its class and code; the signal's reason; Error when the thread ends without an answer
 */
export async function inThread<Task, Result>(
  kind: ThreadKind,
  work: (task: Task) => Promise<Result>,
  task: Task,
  signal?: AbortSignal,
): Promise<Result> {
  signal?.throwIfAborted();
  if (kind.file === null) return work(task);
  const worker = startThread(kind.file, {
    name: kind.name,
    workerData: task,
    ...(kind.sharesEnvironment ? { env: SHARE_ENV } : {}),
  });
  const stop = () => void worker.terminate();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const answer = await new Promise<Answer<Result>>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', (code) => {
        reject(signal?.aborted ? signal.reason : new Error(`${kind.title} ended with exit code ${code}.`));
      });
    });
    if ('error' in answer) throw restore(answer.error);
    return answer.result;
  } finally {
    signal?.removeEventListener('abort', stop);
    await worker.terminate();
  }
}
