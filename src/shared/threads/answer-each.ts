import { type MessagePort, parentPort } from 'node:worker_threads';
import { carry } from './carried-error.ts';
import type { Calls, PoolReply, PoolRequest, Works } from './thread-calls.ts';

/** The whole of a thread of `openThreadPool`: answers each call by the same works. */
export function answerEach<All extends Calls>(works: Works<All>): void {
  if (parentPort === null) throw new Error('This file is a thread of Gradline and not run by itself.');
  const port: MessagePort = parentPort;
  port.on('message', <Call extends keyof All>({ id, call, order }: PoolRequest<All, Call>) => {
    port.postMessage(replyOf(id, () => works[call](order)));
  });
}

function replyOf<All extends Calls>(id: number, work: () => All[keyof All]['answer']): PoolReply<All> {
  try {
    return { id, answer: work() };
  } catch (error) {
    return { id, error: carry(error) };
  }
}
