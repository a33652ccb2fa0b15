/** An inference without a model, for tests of everything around it: it "classifies" a picture by its strongest colour channel. */

import { setImmediate as turn } from 'node:timers/promises';
import type { Explanation, MapShape } from '../../../src/explain/explanation.ts';
import type { ExplainerOptions, PixelScaling } from '../../../src/explain/options.ts';
import { pictureLength, scaledPixels } from '../../../src/explain/pixel-input.ts';
import type { ImageEvaluation } from '../../../src/worker/pipeline/evaluate/evaluation.ts';
import type { LaneOptions, PipelineExplainerOptions } from '../../../src/worker/pipeline/explainer-options.ts';
import { ImageSlots, slotShape } from '../../../src/worker/pipeline/image-slots.ts';
import { type Inference, InferenceError } from '../../../src/worker/pipeline/inference/inference.ts';
import type { ExplainOrder, InferenceModel } from '../../../src/worker/pipeline/inference/inference-messages.ts';

export const side = 16;
const cells = 4;
const classCount = 3;
const plane = side * side;

/** Samples that a model takes as they are, 0 to 255. */
const asTheyAre: PixelScaling = { range: [0, 255], mean: [0, 0, 0], std: [1, 1, 1], channels: 'rgb' };

export function colorOptions(more: Partial<LaneOptions> = {}): LaneOptions {
  const provider = { name: 'cpu', devices: [] };
  return { model: 'm', layers: ['layer4'], pixels: asTheyAre, batchSize: 8, provider, ...more };
}

/** Slots for the images of a model, one for each of these pictures: RGB samples in rows. */
export function slotsWith(model: InferenceModel, pictures: readonly Uint8Array[]): ImageSlots {
  const slots = new ImageSlots(slotShape(model), pictures.length);
  for (const [slot, picture] of pictures.entries()) slots.pixels(slot).set(picture);
  return slots;
}

/** A picture of one grey for each of `count` slots. */
export function greyPictures(count: number, level = 0): Uint8Array[] {
  return Array.from({ length: count }, () => new Uint8Array(plane * 3).fill(level));
}

/** Has the images of the first slots explained, without labels unless they are given. */
export function firstSlots(count: number, more: Partial<ExplainOrder> = {}): ExplainOrder {
  return {
    slots: Array.from({ length: count }, (_, slot) => slot),
    labels: Array(count).fill(-1),
    evaluate: [],
    ...more,
  };
}

/** Classes: 0 red, 1 green, 2 blue. One map per layer, method and target, on a 4 x 4 grid: the mean of the explained channel. */
export class ColorInference implements Inference {
  readonly model: InferenceModel;
  readonly concurrency = 1;
  /** Number of images in each batch, in the order in which they came. */
  readonly batches: number[] = [];
  /** What was known to be true of the images of each. */
  readonly truths: ExplainOrder['truth'][] = [];
  closed = false;
  /** Set to have every later batch fail. */
  failure: InferenceError | null = null;
  readonly #options: PipelineExplainerOptions;

  constructor(options: PipelineExplainerOptions) {
    this.#options = options;
    const grid = { height: cells, width: cells, channels: classCount };
    this.model = {
      input: { name: 'image', layout: 'NCHW', channels: 3, height: side, width: side },
      layers: options.layers.map((layer) => ({ layer, tensor: layer, shape: [8, 3, cells, cells], grid })),
      batchSize: options.batchSize ?? 8,
      classCount,
      maps: mapShapes(options),
      statistics: [],
      warnings: [],
    };
  }

  async explain(slots: ImageSlots, { slots: places, labels, truth }: ExplainOrder): Promise<ImageEvaluation[]> {
    this.batches.push(places.length);
    this.truths.push(truth);
    await turn();
    if (this.failure !== null) throw new InferenceError(this.failure.code, this.failure.message);
    const pictures = Buffer.concat(places.map((slot) => slots.pixels(slot)));
    const explanation = this.explainPictures(pictures, labels);
    for (const [index, slot] of places.entries()) slots.writeResult(slot, explanation, index);
    return [];
  }

  /** @param pictures at least as many as there are labels, one after the other */
  explainPictures(pictures: Uint8Array | Float32Array, labels: ArrayLike<number>): Explanation {
    const given = pictures.subarray(0, labels.length * pictureLength(this.model.input));
    const values = scaledPixels(given, this.#options.pixels, this.model.input);
    return explain(values, labels.length, labels, this.#options);
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function mapShapes({ layers, targets = ['predicted'] }: ExplainerOptions): MapShape[] {
  const grid = { height: cells, width: cells, channels: classCount };
  return layers.flatMap((layer) => targets.map((target) => ({ layer, method: 'grad-cam', target, ...grid })));
}

function explain(
  values: Float32Array,
  count: number,
  labels: ArrayLike<number>,
  options: ExplainerOptions,
): Explanation {
  const logits = new Float32Array(count * classCount);
  const scores = new Float32Array(count * classCount);
  const predicted = new Int32Array(count);
  for (let image = 0; image < count; image += 1) {
    const means = [0, 1, 2].map((channel) => meanOf(values, image, channel, 0, 0, side) / 255);
    const total = means.reduce((sum, mean) => sum + Math.exp(mean), 0);
    means.forEach((mean, channel) => {
      logits[image * classCount + channel] = mean;
      scores[image * classCount + channel] = Math.exp(mean) / total;
    });
    predicted[image] = means.indexOf(Math.max(...means));
  }
  const maps = mapShapes(options).map((shape) => {
    const classes = Int32Array.from(shape.target === 'label' ? labels : predicted);
    return {
      ...shape,
      classes,
      values: mapsOf(values, classes),
      evidence: new Float32Array(count * classCount),
      gradientPeak: new Float32Array(count).fill(1),
    };
  });
  return { count, classCount, logits, scores, maps, captured: [], statistics: [] };
}

function mapsOf(values: Float32Array, classes: Int32Array): Float32Array {
  const maps = new Float32Array(classes.length * cells * cells);
  const step = side / cells;
  classes.forEach((channel, image) => {
    if (channel < 0) return;
    for (let cell = 0; cell < cells * cells; cell += 1) {
      const top = Math.floor(cell / cells) * step;
      maps[image * cells * cells + cell] = meanOf(values, image, channel, top, (cell % cells) * step, step);
    }
  });
  return maps;
}

function meanOf(values: Float32Array, image: number, channel: number, top: number, left: number, size: number): number {
  const start = (image * 3 + channel) * plane;
  let sum = 0;
  for (let y = top; y < top + size; y += 1) {
    for (let x = left; x < left + size; x += 1) sum += values[start + y * side + x] ?? 0;
  }
  return sum / (size * size);
}
