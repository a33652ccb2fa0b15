/** An inference without a model, for tests of everything around it: it "classifies" a picture by its strongest colour channel. */

import { setImmediate as turn } from 'node:timers/promises';
import type { Explanation } from '../../../src/explain/explanation.ts';
import type { ExplainerOptions } from '../../../src/explain/options.ts';
import {
  type Inference,
  InferenceError,
  type InferenceResult,
} from '../../../src/worker/pipeline/inference/inference.ts';
import type { InferenceModel } from '../../../src/worker/pipeline/inference/inference-messages.ts';

export const side = 16;
const cells = 4;
const classCount = 3;
const plane = side * side;

/** Classes: 0 red, 1 green, 2 blue. One map per layer, method and target, on a 4 x 4 grid: the mean of the explained channel. */
export class ColorInference implements Inference {
  readonly model: InferenceModel;
  readonly concurrency = 1;
  /** Number of images in each batch, in the order in which they came. */
  readonly batches: number[] = [];
  closed = false;
  /** Set to have every later batch fail. */
  failure: InferenceError | null = null;
  readonly #options: ExplainerOptions;

  constructor(options: ExplainerOptions) {
    this.#options = options;
    const grid = { height: cells, width: cells, channels: classCount };
    this.model = {
      input: { name: 'image', layout: 'NCHW', channels: 3, height: side, width: side },
      layers: options.layers.map((layer) => ({ layer, tensor: layer, shape: [8, 3, cells, cells], grid })),
      batchSize: options.batchSize ?? 8,
      classCount,
    };
  }

  async explain(values: Float32Array, count: number, labels: Int32Array): Promise<InferenceResult> {
    // As between threads: the caller's view is emptied.
    const moved = structuredClone(values, { transfer: values.buffer instanceof ArrayBuffer ? [values.buffer] : [] });
    this.batches.push(count);
    await turn();
    if (this.failure !== null) throw new InferenceError(this.failure.code, this.failure.message, moved);
    return { explanation: explain(moved, count, labels, this.#options), values: moved };
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function explain(values: Float32Array, count: number, labels: Int32Array, options: ExplainerOptions): Explanation {
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
  const maps = options.layers.flatMap((layer) =>
    (options.targets ?? ['predicted']).map((target) => {
      const classes = Int32Array.from(target === 'label' ? labels : predicted);
      return {
        layer,
        method: 'grad-cam',
        target,
        classes,
        height: cells,
        width: cells,
        channels: classCount,
        values: mapsOf(values, classes),
        evidence: new Float32Array(count * classCount),
        gradientPeak: new Float32Array(count).fill(1),
      };
    }),
  );
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
