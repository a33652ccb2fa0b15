/** The main thread's side of the inference thread. */

import { Worker } from 'node:worker_threads';
import type { Explanation } from '../../../explain/explanation.ts';
import type { ExplainerOptions } from '../../../explain/options.ts';
import { restore } from '../../../shared/threads/carried-error.ts';
import type { EvaluationOrder, ImageEvaluation } from '../evaluate/evaluation.ts';
import type { InferenceModel, InferenceReply, InferenceRequest } from './inference-messages.ts';

/** Something that explains batches away from the main thread. */
export interface Inference extends AsyncDisposable {
  readonly model: InferenceModel;
  /** Batches that it works on at the same time. */
  readonly concurrency: number;
  /**
   * Explains the first `count` images of `values`; `labels` holds `count` class indices, -1 for none. Takes `values` away (its
   * buffer is detached) and gives it back with the result, or in the `InferenceError`.
   * @param evaluate which images to measure, by their place in the batch; default: none
   * @throws InferenceError
   */
  explain(
    values: Float32Array,
    count: number,
    labels: Int32Array,
    evaluate?: readonly EvaluationOrder[],
  ): Promise<InferenceResult>;
  /** Lets the batches at hand finish and frees the model. */
  close(): Promise<void>;
}

export interface InferenceResult {
  explanation: Explanation;
  /** Of the images that were to be measured; left out: none. */
  evaluations?: ImageEvaluation[];
  values: Float32Array;
}

/** `thread-died`: nothing more can be explained. `failed`: this batch could not be. Else the code of the model's own `UserError`. */
export class InferenceError extends Error {
  readonly code: string;
  /** The batch that was given, when it came back. */
  readonly values: Float32Array | null;

  constructor(code: string, message: string, values: Float32Array | null, options?: ErrorOptions) {
    super(message, options);
    this.name = 'InferenceError';
    this.code = code;
    this.values = values;
  }
}

interface PendingBatch {
  resolve(result: InferenceResult): void;
  reject(error: InferenceError): void;
}

/** Node 20 loads no TypeScript in a thread: from sources, pass the built file. */
const builtThread = new URL('./inference-thread.js', import.meta.url);

/**
 * Starts the thread and compiles the model in it.
 * @throws UserError as `Explainer.open` does
 */
export async function openInference(options: ExplainerOptions, threadFile: URL = builtThread): Promise<Inference> {
  const thread = new InferenceThread(threadFile);
  const model = await thread.open(options);
  return {
    model,
    concurrency: 1,
    explain: (values, count, labels, evaluate) => thread.explain(values, count, labels, evaluate),
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
    this.#worker = new Worker(threadFile, { name: 'gradline-inference' });
    this.#worker.on('message', (reply: InferenceReply) => this.#receive(reply));
    this.#worker.on('error', (error) => this.#die(`The inference thread failed: ${messageOf(error)}`, error));
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        this.#die(`The inference thread ended with exit code ${code}.`);
        resolve();
      });
    });
  }

  async open(options: ExplainerOptions): Promise<InferenceModel> {
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

  explain(
    values: Float32Array,
    count: number,
    labels: Int32Array,
    evaluate: readonly EvaluationOrder[] = [],
  ): Promise<InferenceResult> {
    const death = this.#death;
    if (death !== null) return Promise.reject(new InferenceError(death.code, death.message, values));
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#send({ type: 'explain', id, values, count, labels, evaluate }, values);
    });
  }

  async close(): Promise<void> {
    if (this.#death === null) this.#send({ type: 'close' });
    await this.#exited;
  }

  #send(request: InferenceRequest, transferred?: Float32Array<ArrayBufferLike>): void {
    const buffer = transferred?.buffer;
    this.#worker.postMessage(request, buffer instanceof ArrayBuffer ? [buffer] : []);
  }

  #receive(reply: InferenceReply): void {
    switch (reply.type) {
      case 'opened':
        this.#opening?.resolve(reply.model);
        return;
      case 'open-failed':
        this.#opening?.reject(restore(reply.error));
        return;
      case 'explained': {
        const { explanation, evaluations, values } = reply;
        this.#settle(reply.id)?.resolve({ explanation, evaluations, values });
        return;
      }
      case 'explain-failed': {
        const { error } = reply;
        const cause = restore(error);
        const code = error.kind === 'user' ? error.code : 'failed';
        this.#settle(reply.id)?.reject(new InferenceError(code, error.message, reply.values, { cause }));
      }
    }
  }

  #settle(id: number): PendingBatch | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #die(message: string, cause?: unknown): void {
    this.#death ??= new InferenceError('thread-died', message, null, { cause });
    this.#opening?.reject(this.#death);
    for (const batch of this.#pending.values()) batch.reject(this.#death);
    this.#pending.clear();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
