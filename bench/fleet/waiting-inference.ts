/** Stands for a model on a device of its own: a batch takes a fixed time and nothing of this machine's processors. */

import { setTimeout as wait } from 'node:timers/promises';
import type { ExplainerOptions } from '../../src/explain/options.ts';
import type { ImageEvaluation } from '../../src/worker/pipeline/evaluate/evaluation.ts';
import type { ImageSlots } from '../../src/worker/pipeline/image-slots.ts';
import type { Inference } from '../../src/worker/pipeline/inference/inference.ts';
import type { ExplainOrder, InferenceModel } from '../../src/worker/pipeline/inference/inference-messages.ts';

export const waitingSide = 8;
const classCount = 10;

export class WaitingInference implements Inference {
  readonly model: InferenceModel;
  readonly concurrency = 1;
  readonly #latency: number;
  #previous: Promise<unknown> = Promise.resolve();

  /** @param latency milliseconds for a batch */
  constructor({ batchSize = 8 }: ExplainerOptions, latency: number) {
    this.#latency = latency;
    const input = { name: 'image', layout: 'NCHW' as const, channels: 3, height: waitingSide, width: waitingSide };
    this.model = { input, layers: [], batchSize, classCount, maps: [], statistics: [], warnings: [] };
  }

  /** One batch at a time, as a device does. */
  explain(slots: ImageSlots, { slots: places }: ExplainOrder): Promise<ImageEvaluation[]> {
    const result = this.#previous.then(async () => {
      await wait(this.#latency);
      const scores = new Float32Array(classCount).fill(1 / classCount);
      const explanation = { count: 1, classCount, logits: scores, scores, maps: [], captured: [], statistics: [] };
      for (const slot of places) slots.writeResult(slot, explanation, 0);
      return [];
    });
    this.#previous = result;
    return result;
  }

  async close(): Promise<void> {
    await this.#previous;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
