/**
 * Threads in which images live: their bytes, pixels, drawing and writing. The main thread only coordinates; it renews locks, and must not
 * be busy for as long as a large photo takes to resample.
 */

import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { at } from '../../../explain/at.ts';
import { restore } from '../../../shared/threads/carried-error.ts';
import { startThread } from '../../../shared/threads/start-thread.ts';
import { threadFile } from '../../../shared/threads/thread-file.ts';
import type { ImageSlots } from '../image-slots.ts';
import type { SettledImage } from '../settled-image.ts';
import { type StageWatch, tell } from '../stage-watch.ts';
import type { CommitOrder, FinishedImage, FinishOrder, ImageWork, PrepareOrder } from './image-work.ts';
import { measuring, type PixelCall, type PixelCalls, type PixelReply, type PixelRequest } from './pixel-messages.ts';
import { RunImages, type RunOrder, type SharedSlots } from './run-images.ts';
import { Turnstile } from './turnstile.ts';

/** What all runs of a process share. */
export interface PixelWork extends AsyncDisposable {
  openRun(order: RunOrder, slots: ImageSlots): ImageWork;
  /** Ends the threads, when no run is open any more. */
  close(): Promise<void>;
}

const builtThread = threadFile('pixel-thread', import.meta.url);

/**
 * MiB of objects that live shortly, of a thread. A decoded photograph is memory outside of V8's heap that a small object holds. Where few objects
 * are made, V8's usual 48 MiB fill so slowly that the photographs of dozens of images wait there, until it marks the whole heap because of
 * them. Of a few MiB they are given back in passing.
 */
const youngMemory = 9;

/**
 * As many threads as cores. From sources the caller's own thread does the work.
 * @param watch told how long the stages take; null: nothing is measured
 */
export function openPixels(threads = availableParallelism(), watch: StageWatch | null = null): PixelWork {
  return builtThread === null ? inlinePixels(threads, watch) : new PixelThreads(builtThread, threads, watch);
}

function inlinePixels(decodedAtOnce: number, watch: StageWatch | null): PixelWork {
  const decoding = new Turnstile(decodedAtOnce);
  const close = async () => undefined;
  return {
    openRun: (order, slots) => new RunImages(order, slots, decoding, watch),
    close,
    [Symbol.asyncDispose]: close,
  };
}

class PixelThreads implements PixelWork {
  readonly #threads: PixelThread[];
  #nextRun = 0;

  constructor(file: URL, threads: number, watch: StageWatch | null) {
    this.#threads = Array.from({ length: threads }, () => new PixelThread(file, watch));
  }

  openRun(order: RunOrder, { shape, count, buffer }: ImageSlots): ImageWork {
    const run = this.#nextRun++;
    for (const thread of this.#threads) thread.open(run, order, { shape, count, buffer });
    return new ThreadedImages(run, this.#threads);
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.end()));
  }

  readonly [Symbol.asyncDispose] = () => this.close();
}

class ThreadedImages implements ImageWork {
  readonly threads: number;
  readonly #run: number;
  readonly #threads: readonly PixelThread[];
  #closing: Promise<void> | null = null;

  constructor(run: number, threads: readonly PixelThread[]) {
    this.#run = run;
    this.#threads = threads;
    this.threads = threads.length;
  }

  prepare(order: PrepareOrder): Promise<SettledImage | null> {
    return this.#of(order.slot).ask(this.#run, 'prepare', order);
  }

  finish(order: FinishOrder): Promise<FinishedImage> {
    return this.#of(order.slot).ask(this.#run, 'finish', order);
  }

  commit(order: CommitOrder): Promise<void> {
    const idlest = this.#threads.reduce((best, thread) => (thread.load < best.load ? thread : best));
    return idlest.ask(this.#run, 'commit', order);
  }

  close(): Promise<void> {
    this.#closing ??= Promise.all(this.#threads.map((thread) => thread.closeRun(this.#run))).then(() => undefined);
    return this.#closing;
  }

  #of(slot: number): PixelThread {
    return at(this.#threads, slot % this.#threads.length);
  }
}

interface Pending {
  resolve(answer: PixelCalls[PixelCall]['answer']): void;
  reject(error: Error): void;
}

class ThreadEnded extends Error {}

/** One thread and what it has been asked. When it dies, what it had fails and the next order starts another. */
class PixelThread {
  readonly #file: URL;
  readonly #watch: StageWatch | null;
  readonly #runs = new Map<number, { order: RunOrder; slots: SharedSlots }>();
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | null;
  #nextId = 0;

  constructor(file: URL, watch: StageWatch | null) {
    this.#file = file;
    this.#watch = watch;
    this.#worker = this.#start();
  }

  get load(): number {
    return this.#pending.size;
  }

  open(run: number, order: RunOrder, slots: SharedSlots): void {
    this.#runs.set(run, { order, slots });
    this.#worker?.postMessage({ type: 'open', run, order, slots } satisfies PixelRequest);
  }

  ask<Call extends PixelCall>(
    run: number,
    type: Call,
    order: PixelCalls[Call]['order'],
  ): Promise<PixelCalls[Call]['answer']> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      worker.postMessage({ type, run, id, order });
    });
  }

  async closeRun(run: number): Promise<void> {
    this.#runs.delete(run);
    if (this.#worker === null) return;
    // Whatever a thread had open goes with it.
    await this.ask(run, 'close', null).catch((error: unknown) => {
      if (!(error instanceof ThreadEnded)) throw error;
    });
  }

  async end(): Promise<void> {
    const worker = this.#worker;
    if (worker === null) return;
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage({ type: 'end' } satisfies PixelRequest);
    await exited;
  }

  #start(): Worker {
    // Never null: a library that the decoder of many-banded TIFFs loads looks into it, to see whether it has started the thread itself.
    const worker = startThread(this.#file, {
      name: 'gradline-pixels',
      resourceLimits: { maxYoungGenerationSizeMb: youngMemory },
      workerData: this.#watch === null ? {} : measuring,
    });
    for (const [run, { order, slots }] of this.#runs) {
      worker.postMessage({ type: 'open', run, order, slots } satisfies PixelRequest);
    }
    let failure: unknown;
    worker.on('message', (reply: PixelReply) => {
      const pending = this.#pending.get(reply.id);
      this.#pending.delete(reply.id);
      if (reply.report !== undefined && this.#watch !== null) tell(this.#watch, reply.report);
      if ('error' in reply) pending?.reject(restore(reply.error));
      else pending?.resolve(reply.answer);
    });
    worker.on('error', (error) => {
      failure = error;
    });
    worker.once('exit', (code) => {
      this.#worker = null;
      const reason = failure instanceof Error ? failure.message : `exit code ${code}`;
      const error = new ThreadEnded(`A pixel thread ended: ${reason}.`, { cause: failure });
      for (const { reject } of this.#pending.values()) reject(error);
      this.#pending.clear();
    });
    return worker;
  }
}
