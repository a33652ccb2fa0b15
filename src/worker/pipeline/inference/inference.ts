/** The main thread's side of the inference thread. */

import type { Worker } from 'node:worker_threads';
import { claimPrecision } from '../../../explain/precision.ts';
import { restore } from '../../../shared/threads/carried-error.ts';
import { startThread } from '../../../shared/threads/start-thread.ts';
import type { ImageEvaluation } from '../evaluate/evaluation.ts';
import type { PipelineExplainerOptions } from '../explainer-options.ts';
import type { ImageSlots } from '../image-slots.ts';
import type { ExplainOrder, InferenceModel, InferenceReply, InferenceRequest } from './inference-messages.ts';

/** Something that explains batches away from the main thread. */
export interface Inference extends AsyncDisposable {
  readonly model: InferenceModel;
  /** Batches that it works on at the same time. */
  readonly concurrency: number;
  /**
   * Explains images that lie in slots, and writes what it finds into them (`ImageSlots.writeResult`).
   * @returns what was measured, of the images that were to be
   * @throws InferenceError
   */
  explain(slots: ImageSlots, order: ExplainOrder): Promise<ImageEvaluation[]>;
  /** Lets the batches at hand finish and frees the model. */
  close(): Promise<void>;
}

/** `thread-died`: nothing more can be explained. `failed`: this batch could not be. Else the code of the model's own `UserError`. */
export class InferenceError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'InferenceError';
    this.code = code;
  }
}

interface PendingBatch {
  resolve(evaluations: ImageEvaluation[]): void;
  reject(error: InferenceError): void;
}

/** Node 20 loads no TypeScript in a thread: from sources, pass the built file. */
const builtThread = new URL('./inference-thread.js', import.meta.url);

/**
 * Starts the thread and compiles the model in it.
 * @throws UserError as `Explainer.open` does
 */
export async function openInference(
  options: PipelineExplainerOptions,
  threadFile: URL = builtThread,
): Promise<Inference> {
  // A thread's environment is a copy, and native code reads the process's.
  claimPrecision(options);
  const thread = new InferenceThread(threadFile);
  const model = await thread.open(options);
  return {
    model,
    concurrency: 1,
    explain: (slots, order) => thread.explain(slots, order),
    close: () => thread.close(),
    [Symbol.asyncDispose]: () => thread.close(),
  };
}

class InferenceThread {
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  readonly #pending = new Map<number, PendingBatch>();
  #opening: { resolve(model: InferenceModel): void; reject(error: Error): void } | null = null;
  #death: InferenceError | null = null;
  #nextId = 0;

  constructor(threadFile: URL) {
    this.#worker = startThread(threadFile, { name: 'gradline-inference' });
    this.#worker.on('message', (reply: InferenceReply) => this.#receive(reply));
    this.#worker.on('error', (error) => this.#die(`The inference thread failed: ${messageOf(error)}`, error));
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        this.#die(`The inference thread ended with exit code ${code}.`);
        resolve();
      });
    });
  }

  async open(options: PipelineExplainerOptions): Promise<InferenceModel> {
    try {
      return await new Promise((resolve, reject) => {
        this.#opening = { resolve, reject };
        this.#send({ type: 'open', options });
      });
    } catch (error) {
      await this.close();
      throw error;
    } finally {
      this.#opening = null;
    }
  }

  explain({ buffer, count }: ImageSlots, order: ExplainOrder): Promise<ImageEvaluation[]> {
    if (this.#death !== null) return Promise.reject(this.#death);
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#send({ type: 'explain', id, buffer, count, order });
    });
  }

  async close(): Promise<void> {
    if (this.#death === null) this.#send({ type: 'close' });
    await this.#exited;
  }

  #send(request: InferenceRequest): void {
    this.#worker.postMessage(request);
  }

  #receive(reply: InferenceReply): void {
    switch (reply.type) {
      case 'opened':
        this.#opening?.resolve(reply.model);
        return;
      case 'open-failed':
        this.#opening?.reject(restore(reply.error));
        return;
      case 'explained':
        this.#settle(reply.id)?.resolve(reply.evaluations);
        return;
      case 'explain-failed': {
        const { error } = reply;
        const cause = restore(error);
        const code = error.kind === 'user' ? error.code : 'failed';
        this.#settle(reply.id)?.reject(new InferenceError(code, error.message, { cause }));
      }
    }
  }

  #settle(id: number): PendingBatch | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #die(message: string, cause?: unknown): void {
    this.#death ??= new InferenceError('thread-died', message, { cause });
    this.#opening?.reject(this.#death);
    for (const batch of this.#pending.values()) batch.reject(this.#death);
    this.#pending.clear();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
