/**
 * Work on pixels in a few threads. A large photo takes some 90 ms to resample or to blend, and the main thread must not be
 * busy for so long: it renews locks, reads and writes.
 */

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { restore } from '../../../shared/threads/carried-error.ts';
import { threadFile } from '../../../shared/threads/thread-file.ts';
import { inlinePixels } from './inline-pixels.ts';
import { ownBuffers, ownCopy, type PixelReply, type PixelRequest } from './pixel-messages.ts';
import type { Drawing, DrawOrder, PixelWork, Preparation, PrepareOrder } from './pixel-work.ts';

const mostThreads = 8;
const builtThread = threadFile('pixel-thread', import.meta.url);

/** As many threads as cores, up to eight. From sources the caller's own thread does the work. */
export function openPixels(threads = Math.min(availableParallelism(), mostThreads)): PixelWork {
  return builtThread === null ? inlinePixels : new PixelThreads(builtThread, threads);
}

class PixelThreads implements PixelWork {
  readonly #threads: PixelThread[];

  constructor(file: URL, threads: number) {
    this.#threads = Array.from({ length: threads }, () => new PixelThread(file));
  }

  async prepare(order: PrepareOrder, tensor: Float32Array, keepBytes: boolean): Promise<Preparation> {
    const whole = !keepBytes && ownBuffers(order.bytes).length > 0;
    const bytes = whole ? order.bytes : ownCopy(order.bytes);
    const reply = await this.#idlest().ask(
      (id) => ({ type: 'prepare', id, order: { ...order, bytes }, tensor }),
      ownBuffers(bytes, tensor),
    );
    if (reply.type === 'prepared') return { tensor: reply.tensor, image: reply.image };
    if (reply.type === 'prepare-failed') return { tensor: reply.tensor, error: restore(reply.error) };
    throw unexpected(reply);
  }

  async draw(order: DrawOrder): Promise<Drawing> {
    const { canvas, seen } = order;
    // A map is a view into the whole batch's: only its own cells should travel.
    const maps = order.maps.map((map) => ({ ...map, values: map.values.slice() }));
    const original = canvas === 'seen' ? [] : [canvas.bytes];
    const reply = await this.#idlest().ask(
      (id) => ({ type: 'draw', id, order: { ...order, maps } }),
      ownBuffers(seen.pixels, ...original, ...maps.map(({ values }) => values)),
    );
    if (reply.type === 'drawn') return { seen: asBuffer(reply.seen), overlays: reply.overlays.map(asBuffer) };
    if (reply.type === 'draw-failed') throw restore(reply.error);
    throw unexpected(reply);
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  readonly [Symbol.asyncDispose] = () => this.close();

  #idlest(): PixelThread {
    const [first, ...others] = this.#threads;
    if (first === undefined) throw new Error('There is no pixel thread.');
    return others.reduce((best, thread) => (thread.load < best.load ? thread : best), first);
  }
}

interface Pending {
  resolve(reply: PixelReply): void;
  reject(error: Error): void;
}

/** One thread and what it has been asked. When it dies, what it had fails and the next order starts another. */
class PixelThread {
  readonly #file: URL;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | null;
  #nextId = 0;

  constructor(file: URL) {
    this.#file = file;
    this.#worker = this.#start();
  }

  get load(): number {
    return this.#pending.size;
  }

  ask(request: (id: number) => PixelRequest, transfer: ArrayBuffer[]): Promise<PixelReply> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      worker.postMessage(request(id), transfer);
    });
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === null) return;
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage({ type: 'close' } satisfies PixelRequest);
    await exited;
  }

  #start(): Worker {
    const worker = new Worker(this.#file, { name: 'gradline-pixels' });
    let failure: unknown;
    worker.on('message', (reply: PixelReply) => {
      const pending = this.#pending.get(reply.id);
      this.#pending.delete(reply.id);
      pending?.resolve(reply);
    });
    worker.on('error', (error) => {
      failure = error;
    });
    worker.once('exit', (code) => {
      this.#worker = null;
      const reason = failure instanceof Error ? failure.message : `exit code ${code}`;
      const error = new Error(`A pixel thread ended: ${reason}.`, { cause: failure });
      for (const { reject } of this.#pending.values()) reject(error);
      this.#pending.clear();
    });
    return worker;
  }
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function unexpected(reply: PixelReply): Error {
  return new Error(`A pixel thread replied '${reply.type}' to another question.`);
}
