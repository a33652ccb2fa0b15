import type { Worker } from 'node:worker_threads';
import { at } from '../../explain/at.ts';
import { restore } from './carried-error.ts';
import type { ThreadKind } from './in-thread.ts';
import { startThread } from './start-thread.ts';
import type { Calls, PoolReply, PoolRequest, Works } from './thread-calls.ts';

export interface ThreadPool<All extends Calls> extends AsyncDisposable {
  /** How many calls are answered at once. */
  readonly size: number;
  /** @throws as the work; Error when the thread ends without an answer */
  ask<Call extends keyof All>(call: Call, order: All[Call]['order']): Promise<All[Call]['answer']>;
}

/** Threads that answer calls until they are closed; where there is no built file, the caller's own. */
export function openThreadPool<All extends Calls>(
  { file, name, title }: ThreadKind,
  works: Works<All>,
  size: number,
): ThreadPool<All> {
  if (file === null) {
    return { size, ask: async (call, order) => works[call](order), [Symbol.asyncDispose]: async () => undefined };
  }
  const threads = Array.from({ length: size }, () => new PoolThread<All>(startThread(file, { name }), title));
  return {
    size,
    ask: (call, order) => {
      const idlest = threads.reduce((best, thread) => (thread.load < best.load ? thread : best), at(threads, 0));
      return idlest.ask(call, order);
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(threads.map((thread) => thread.end()));
    },
  };
}

interface Pending<Answer> {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

class PoolThread<All extends Calls> {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending<All[keyof All]['answer']>>();
  #ended: Error | null = null;
  #nextId = 0;

  constructor(worker: Worker, title: string) {
    this.#worker = worker;
    worker.on('message', (reply: PoolReply<All>) => {
      const pending = this.#pending.get(reply.id);
      this.#pending.delete(reply.id);
      if ('error' in reply) pending?.reject(restore(reply.error));
      else pending?.resolve(reply.answer);
    });
    let failure: unknown;
    worker.on('error', (error) => {
      failure = error;
    });
    worker.once('exit', (code) => {
      const reason = failure instanceof Error ? failure.message : `exit code ${code}`;
      this.#ended = new Error(`${title} ended: ${reason}.`, { cause: failure });
      for (const { reject } of this.#pending.values()) reject(this.#ended);
      this.#pending.clear();
    });
  }

  get load(): number {
    return this.#pending.size;
  }

  ask<Call extends keyof All>(call: Call, order: All[Call]['order']): Promise<All[Call]['answer']> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#worker.postMessage({ id, call, order } satisfies PoolRequest<All, Call>);
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
