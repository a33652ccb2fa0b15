/** The main thread's side of the inference thread. */

import type { Worker } from 'node:worker_threads';
import { claimPrecision } from '../../../explain/precision.ts';
import { restore } from '../../../shared/threads/carried-error.ts';
import { startThread } from '../../../shared/threads/start-thread.ts';
import type { ImageEvaluation } from '../evaluate/evaluation.ts';
import type { PipelineExplainerOptions } from '../explainer-options.ts';
import type { ImageSlots } from '../image-slots.ts';
import type { ExplainOrder, InferenceModel, InferenceReply, InferenceRequest } from './inference-messages.ts';
import type { InferenceWatch } from './inference-watch.ts';

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
  images: number;
  resolve(evaluations: ImageEvaluation[]): void;
  reject(error: InferenceError): void;
}

/** Node 20 loads no TypeScript in a thread: from sources, pass the built file. */
const builtThread = new URL('./inference-thread.js', import.meta.url);

/**
 * Starts the thread and compiles the model in it.
 * @param watch told of the thread and of its batches
 * @throws UserError as `Explainer.open` does
 */
export async function openInference(
  options: PipelineExplainerOptions,
  threadFile: URL = builtThread,
  watch: InferenceWatch | null = null,
): Promise<Inference> {
  // A thread's environment is a copy, and native code reads the process's.
  claimPrecision(options);
  return openOn(new InferenceThread(threadFile, watch), options, (thread) => thread.close());
}

/** @param end what becomes of the thread once the model is not needed any more, or cannot be opened */
async function openOn(
  thread: InferenceThread,
  options: PipelineExplainerOptions,
  end: (thread: InferenceThread) => Promise<void>,
): Promise<Inference> {
  let ending: Promise<void> | null = null;
  const close = () => {
    ending ??= end(thread);
    return ending;
  };
  try {
    const model = await thread.open(options);
    return {
      model,
      concurrency: 1,
      explain: (slots, order) => thread.explain(slots, order),
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Threads that open one model after the other. With a thread for each, memory grows for dozens of models: glibc gives each thread the next of
 * its arenas, 8 for each core, and all of them keep what the opening of a model once took there.
 */
export class InferenceThreads {
  readonly #file: URL;
  readonly #watch: InferenceWatch | null;
  readonly #idle: InferenceThread[] = [];
  #closed = false;

  constructor(watch: InferenceWatch | null = null, threadFile: URL = builtThread) {
    this.#watch = watch;
    this.#file = threadFile;
  }

  /** As `openInference`. */
  async open(options: PipelineExplainerOptions): Promise<Inference> {
    claimPrecision(options);
    let thread = this.#idle.pop();
    while (thread?.dead) thread = this.#idle.pop();
    return openOn(thread ?? new InferenceThread(this.#file, this.#watch), options, (used) => this.#giveBack(used));
  }

  /** Ends the threads without a model; those that have one end with it. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#idle.splice(0).map((thread) => thread.close()));
  }

  async #giveBack(thread: InferenceThread): Promise<void> {
    if (!this.#closed) await thread.release();
    if (this.#closed || thread.dead) await thread.close();
    else this.#idle.push(thread);
  }
}

class InferenceThread {
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  readonly #pending = new Map<number, PendingBatch>();
  #opening: { resolve(model: InferenceModel): void; reject(error: Error): void } | null = null;
  #releasing: (() => void) | null = null;
  #death: InferenceError | null = null;
  #nextId = 0;
  readonly #watch: InferenceWatch | null;
  /** When it last gave a sign of life, or got work after it had none; milliseconds. */
  #lastSign = performance.now();
  /** When the batch at hand was begun: batches are done in order. */
  #began = 0;
  #places = 1;

  constructor(threadFile: URL, watch: InferenceWatch | null) {
    this.#watch = watch;
    const forget = watch?.onThread({
      silence: () => (this.#idle ? null : (performance.now() - this.#lastSign) / 1000),
    });
    this.#worker = startThread(threadFile, { name: 'gradline-inference' });
    this.#worker.on('message', (reply: InferenceReply) => this.#receive(reply));
    this.#worker.on('error', (error) => this.#die(`The inference thread failed: ${messageOf(error)}`, error));
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        this.#die(`The inference thread ended with exit code ${code}.`);
        forget?.();
        resolve();
      });
    });
  }

  get #idle(): boolean {
    return this.#opening === null && this.#releasing === null && this.#pending.size === 0;
  }

  get dead(): boolean {
    return this.#death !== null;
  }

  async open(options: PipelineExplainerOptions): Promise<InferenceModel> {
    if (this.#death !== null) throw this.#death;
    try {
      const model = await new Promise<InferenceModel>((resolve, reject) => {
        this.#lastSign = performance.now();
        this.#opening = { resolve, reject };
        this.#send({ type: 'open', options });
      });
      this.#places = model.batchSize;
      return model;
    } finally {
      this.#opening = null;
    }
  }

  /** Lets the batches at hand finish and frees the model. The thread waits for another, unless it has died meanwhile. */
  async release(): Promise<void> {
    if (this.#death !== null) return;
    this.#lastSign = performance.now();
    await new Promise<void>((resolve) => {
      this.#releasing = resolve;
      this.#send({ type: 'release' });
    });
    this.#releasing = null;
  }

  explain({ buffer, count }: ImageSlots, order: ExplainOrder): Promise<ImageEvaluation[]> {
    if (this.#death !== null) return Promise.reject(this.#death);
    const id = this.#nextId;
    this.#nextId += 1;
    if (this.#idle) {
      this.#lastSign = performance.now();
      this.#began = this.#lastSign;
    }
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { images: order.slots.length, resolve, reject });
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
    this.#lastSign = performance.now();
    switch (reply.type) {
      case 'alive':
        return;
      case 'opened':
        this.#opening?.resolve(reply.model);
        return;
      case 'open-failed':
        this.#opening?.reject(restore(reply.error));
        return;
      case 'released':
        this.#releasing?.();
        return;
      case 'explained':
        this.#explained(reply.id, reply.evaluations);
        return;
      case 'explain-failed': {
        const { error } = reply;
        const cause = restore(error);
        const code = error.kind === 'user' ? error.code : 'failed';
        this.#settle(reply.id)?.reject(new InferenceError(code, error.message, { cause }));
      }
    }
  }

  #explained(id: number, evaluations: ImageEvaluation[]): void {
    const seconds = (this.#lastSign - this.#began) / 1000;
    const batch = this.#settle(id);
    if (batch === undefined) return;
    this.#watch?.onBatch({ images: batch.images, places: this.#places, seconds });
    batch.resolve(evaluations);
  }

  #settle(id: number): PendingBatch | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (this.#pending.size > 0) this.#began = performance.now();
    return pending;
  }

  #die(message: string, cause?: unknown): void {
    this.#death ??= new InferenceError('thread-died', message, { cause });
    this.#opening?.reject(this.#death);
    this.#releasing?.();
    for (const batch of this.#pending.values()) batch.reject(this.#death);
    this.#pending.clear();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
