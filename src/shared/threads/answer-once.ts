import { parentPort, workerData } from 'node:worker_threads';
import { type CarriedError, carry } from './carried-error.ts';

export type Answer<Result> = { result: Result } | { error: CarriedError };

/** The whole of a thread that `inThread` starts: does `work` on the task that it was given, and sends what came of it. */
export async function answerOnce<Task, Result>(work: (task: Task) => Promise<Result>): Promise<void> {
  if (parentPort === null) throw new Error('This file is a thread of Gradline and not run by itself.');
  const send = (answer: Answer<Result>) => parentPort?.postMessage(answer);
  try {
    send({ result: await work(workerData) });
  } catch (error) {
    send({ error: carry(error) });
  }
}
