/** Stands for a model on a device of its own: a batch takes a fixed time and nothing of this machine's processors. */

import { setTimeout as wait } from 'node:timers/promises';
import type { ExplainerOptions } from '../../src/explain/options.ts';
import type { Inference, InferenceResult } from '../../src/worker/pipeline/inference/inference.ts';
import type { InferenceModel } from '../../src/worker/pipeline/inference/inference-messages.ts';

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
    this.model = { input, layers: [], batchSize, classCount };
  }

  /** One batch at a time, as a device does. */
  explain(values: Float32Array, count: number): Promise<InferenceResult> {
    const result = this.#previous.then(async () => {
      await wait(this.#latency);
      const scores = new Float32Array(count * classCount).fill(1 / classCount);
      return {
        explanation: { count, classCount, logits: scores, scores, maps: [], captured: [], statistics: [] },
        values,
      };
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
