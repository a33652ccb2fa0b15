/** The explained forward pass against the bare one, inside this process. */

import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { Explainer } from '../../src/explain/explainer.ts';
import { loadRuntime } from '../../src/explain/onnx/runtime.ts';
import { claimPrecision } from '../../src/explain/precision.ts';
import { randomBatch } from '../batch.ts';
import { type Contender, interleave, ratioText, ratioTo } from '../interleave.ts';
import type { BenchModel } from '../models/models.ts';
import { imageSide } from '../models/network.ts';
import { median } from '../statistics.ts';
import { printTable } from '../table.ts';

export const batchSize = 8;
/** Seconds that the bare forward gets in each round. */
const turn = 0.8;

/** What anyone gets from ONNX Runtime without Gradline: the model as it is, default options, scores out. */
export class BareForward implements Contender, AsyncDisposable {
  readonly name = 'bare forward';
  readonly #session: InferenceSession;
  readonly #feeds: Record<string, Tensor>;

  private constructor(session: InferenceSession, feeds: Record<string, Tensor>) {
    this.#session = session;
    this.#feeds = feeds;
  }

  /** @param count images in the batch */
  static async open(file: string, batch: Float32Array, count = batchSize, provider = 'cpu'): Promise<BareForward> {
    claimPrecision({ providers: [provider] });
    const { InferenceSession, Tensor } = await loadRuntime();
    const session = await InferenceSession.create(file, { executionProviders: [provider] });
    const [input = ''] = session.inputNames;
    return new BareForward(session, { [input]: new Tensor('float32', batch, [count, 3, imageSide, imageSide]) });
  }

  work(): Promise<unknown> {
    return this.#session.run(this.#feeds);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session.release();
  }
}

/** Prints images/s of the bare forward, of Grad-CAM at the last layer, and of Grad-CAM at all four layers of the model. */
export async function compareForward(model: BenchModel, file: string, rounds: number): Promise<void> {
  const batch = randomBatch(batchSize, 1);
  const [last] = model.layers;
  await using bare = await BareForward.open(file, batch);
  await using one = await Explainer.open({ model: file, layers: [last], batchSize });
  await using four = await Explainer.open({ model: file, layers: model.layers, batchSize });
  const { lastLayer, fourLayers } = model.targets;
  const explained = [
    { name: `Grad-CAM at ${last}`, explainer: one, target: lastLayer },
    { name: `Grad-CAM at ${model.layers.join(', ')}`, explainer: four, target: fourLayers },
  ];
  const contenders = [
    bare,
    ...explained.map(({ name, explainer }) => ({ name, work: () => explainer.explain(batch, { count: batchSize }) })),
  ];
  const [reference = [], ...others] = await interleave(contenders, { rounds, turn });
  console.log(`\n${model.name}, batch ${batchSize}, ${rounds} rounds`);
  printTable(
    ['', 'images/s', 'to bare (middle half)', 'target'],
    [
      [bare.name, rateText(reference), '', ''],
      ...explained.map(({ name, target }, i) => {
        const seconds = others[i] ?? [];
        return [
          name,
          rateText(seconds),
          ratioText(ratioTo(reference, seconds)),
          target === null ? '-' : `>= ${target}`,
        ];
      }),
    ],
  );
}

function rateText(secondsPerBatch: readonly number[]): string {
  return (batchSize / median(secondsPerBatch)).toFixed(1);
}
