/**
 * Places for the images that are on their way, in memory that all threads share: a pixel thread writes an image's bytes, the inference
 * thread reads them and writes what the model says of the image, and the pixel thread reads that. Messages carry numbers of slots.
 *
 *     pixels   slot 0 | slot 1 | ...     uint8 [height, width, 3], RGB, as the model sees the image
 *     samples  slot 0 | slot 1 | ...     float32 [height, width, channels], only where the model takes bands
 *     results  slot 0 | slot 1 | ...     float32: logits | scores | per map: class, peak, values, evidence | per layer: statistics
 */

import { at } from '../../explain/at.ts';
import type { Explanation, MapShape } from '../../explain/explanation.ts';
import { isBanded, pictureLength, sampleCount } from '../../explain/pixel-input.ts';
import type { InferenceModel } from './inference/inference-messages.ts';

/** What decides how large a slot is. */
export interface SlotShape {
  height: number;
  width: number;
  /** Of the model's input. */
  channels: number;
  classCount: number;
  maps: MapShape[];
  /** Layers whose activations are described. */
  statistics: string[];
}

export function slotShape({ input, classCount, maps, statistics }: InferenceModel): SlotShape {
  const { height, width, channels } = input;
  return { height, width, channels, classCount, maps, statistics };
}

/** Mean, standard deviation and share near zero. */
const perLayer = 3;

/** How much memory so many slots take. */
export function slotBytes(shape: SlotShape, count: number): number {
  return bytesOfPixels(shape, count) + count * (sampleLength(shape) + resultLength(shape)) * 4;
}

/** Rounded up, because floats follow. */
function bytesOfPixels(shape: SlotShape, count: number): number {
  return Math.ceil((count * pictureLength(shape)) / 4) * 4;
}

function sampleLength(shape: SlotShape): number {
  return isBanded(shape) ? sampleCount(shape) : 0;
}

function resultLength({ classCount, maps, statistics }: SlotShape): number {
  return (
    2 * classCount +
    maps.reduce((sum, { height, width, channels }) => sum + 2 + height * width + channels, 0) +
    statistics.length * perLayer
  );
}

export class ImageSlots {
  readonly shape: SlotShape;
  readonly count: number;
  readonly buffer: SharedArrayBuffer;
  readonly #pictureLength: number;
  readonly #sampleLength: number;
  readonly #resultLength: number;
  readonly #samples: Float32Array;
  readonly #results: Float32Array;

  /** @param buffer of another thread's slots of the same shape and count, or memory of at least `slotBytes`; default: new memory */
  constructor(shape: SlotShape, count: number, buffer?: SharedArrayBuffer) {
    this.shape = shape;
    this.count = count;
    this.#pictureLength = pictureLength(shape);
    this.#sampleLength = sampleLength(shape);
    this.#resultLength = resultLength(shape);
    const pixelBytes = bytesOfPixels(shape, count);
    const sampleBytes = count * this.#sampleLength * 4;
    this.buffer = buffer ?? new SharedArrayBuffer(slotBytes(shape, count));
    this.#samples = new Float32Array(this.buffer, pixelBytes, count * this.#sampleLength);
    this.#results = new Float32Array(this.buffer, pixelBytes + sampleBytes, count * this.#resultLength);
  }

  /** What the model takes of the image, where that is bands: `[height, width, channels]`, a view. Null for one that takes the pixels. */
  bands(slot: number): Float32Array | null {
    const length = this.#sampleLength;
    return length === 0 ? null : this.#samples.subarray(slot * length, (slot + 1) * length);
  }

  /** The image as the model sees it, `[height, width, 3]`: a view. */
  pixels(slot: number): Uint8Array {
    return new Uint8Array(this.buffer, slot * this.#pictureLength, this.#pictureLength);
  }

  /** Keeps what was found out about one image of a batch. */
  writeResult(slot: number, explanation: Explanation, index: number): void {
    const result = this.#result(slot);
    let end = 0;
    const put = (values: Float32Array, length: number) => {
      result.set(values.subarray(index * length, (index + 1) * length), end);
      end += length;
    };
    put(explanation.logits, this.shape.classCount);
    put(explanation.scores, this.shape.classCount);
    for (const maps of explanation.maps) {
      // Class indices are far below 2^24, up to which float32 holds every whole number.
      result[end] = at(maps.classes, index);
      end += 1;
      put(maps.gradientPeak, 1);
      put(maps.values, maps.height * maps.width);
      put(maps.evidence, maps.channels);
    }
    for (const { mean, standardDeviation, nearZero } of explanation.statistics) {
      put(mean, 1);
      put(standardDeviation, 1);
      put(nearZero, 1);
    }
    if (end !== result.length)
      throw new RangeError(`A slot holds ${result.length} results; the explanation has ${end}.`);
  }

  /** What was kept, as the explanation of a batch of one image; its arrays are views. */
  readResult(slot: number): Explanation {
    const result = this.#result(slot);
    const { classCount, maps, statistics } = this.shape;
    let end = 0;
    const take = (length: number) => {
      end += length;
      return result.subarray(end - length, end);
    };
    return {
      count: 1,
      classCount,
      logits: take(classCount),
      scores: take(classCount),
      maps: maps.map((shape) => ({
        ...shape,
        classes: Int32Array.from(take(1)),
        gradientPeak: take(1),
        values: take(shape.height * shape.width),
        evidence: take(shape.channels),
      })),
      captured: [],
      statistics: statistics.map((layer) => ({
        layer,
        mean: take(1),
        standardDeviation: take(1),
        nearZero: take(1),
      })),
    };
  }

  #result(slot: number): Float32Array {
    return this.#results.subarray(slot * this.#resultLength, (slot + 1) * this.#resultLength);
  }
}

/**
 * Which slots are free. Slot `n` belongs to pixel thread `n % threads`, which keeps to itself whatever else it knows of the image;
 * the slot given out is one of the thread with the least to do.
 */
export class FreeSlots {
  readonly #free: number[][];
  readonly #waiting: ((slot: number) => void)[] = [];

  constructor(count: number, threads: number) {
    this.#free = Array.from({ length: threads }, () => []);
    for (let slot = count - 1; slot >= 0; slot -= 1) this.#of(slot).push(slot);
  }

  /** Waits until a slot is free. */
  take(): Promise<number> {
    const most = this.#free.reduce((best, own) => (own.length > best.length ? own : best));
    const slot = most.pop();
    if (slot !== undefined) return Promise.resolve(slot);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  giveBack(slot: number): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#of(slot).push(slot);
    else next(slot);
  }

  #of(slot: number): number[] {
    return at(this.#free, slot % this.#free.length);
  }
}
