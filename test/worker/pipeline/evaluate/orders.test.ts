/** Orders to measure images, on their way to the model and back. */

import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { DurableInference } from '../../../../src/worker/fleet/durable-inference.ts';
import type { EvaluationOrder, ImageEvaluation } from '../../../../src/worker/pipeline/evaluate/evaluation.ts';
import { InferenceError, type InferenceResult } from '../../../../src/worker/pipeline/inference/inference.ts';
import { openInferenceLanes } from '../../../../src/worker/pipeline/inference/inference-lanes.ts';
import { serveInference } from '../../../../src/worker/pipeline/inference/inference-service.ts';
import { ColorInference, side } from '../color-inference.ts';

const length = 3 * side * side;
const order = (index: number): EvaluationOrder => ({ index, seed: 100 + index, randomise: index === 0 });

/** Answers each order with an empty evaluation, and notes what it was asked in each batch. */
class MeasuringInference extends ColorInference {
  readonly asked: EvaluationOrder[][] = [];

  override async explain(
    values: Float32Array,
    count: number,
    labels: Int32Array,
    evaluate: readonly EvaluationOrder[] = [],
  ): Promise<InferenceResult> {
    this.asked.push([...evaluate]);
    const result = await super.explain(values, count, labels);
    return { ...result, evaluations: evaluate.map(({ index }) => ({ index, maps: [], baselines: [] })) };
  }
}

test('the thread measures what it is told, after it has explained the batch', async () => {
  const events: string[] = [];
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => port1.close());
  port1.start();
  serveInference(port2, async (options) => {
    const inference = new ColorInference(options);
    return {
      ...inference.model,
      explain: async (batch, { count, labels }) => {
        events.push('explain');
        return (await inference.explain(batch.slice(), count, labels ?? new Int32Array(count).fill(-1))).explanation;
      },
      evaluate: async (batch, { count }, orders): Promise<ImageEvaluation[]> => {
        events.push(`evaluate ${orders.length} of ${count}, ${batch.length / length} given`);
        return orders.map(({ index }) => ({ index, maps: [null], baselines: [] }));
      },
      close: async () => undefined,
    };
  });
  port1.postMessage({ type: 'open', options: { model: 'm', layers: ['layer4'], batchSize: 2 } });
  await once(port1, 'message');
  const ask = async (evaluate?: EvaluationOrder[]) => {
    const request = {
      type: 'explain',
      id: 1,
      values: new Float32Array(2 * length),
      count: 2,
      labels: Int32Array.of(0, 1),
    };
    port1.postMessage(evaluate === undefined ? request : { ...request, evaluate });
    const [reply] = await once(port1, 'message');
    return reply.evaluations;
  };
  expect(await ask([order(1)])).toEqual([{ index: 1, maps: [null], baselines: [] }]);
  expect(await ask()).toEqual([]);
  expect(events).toEqual(['explain', 'evaluate 1 of 2, 2 given', 'explain']);
});

test('where a batch goes through the model in pieces, orders and answers keep their places', async () => {
  const opened: MeasuringInference[] = [];
  const durable = await DurableInference.open(
    { model: 'm', layers: ['layer4'], batchSize: 8 },
    async (options) => {
      const inference = new MeasuringInference(options);
      opened.push(inference);
      if (opened.length === 1) inference.failure = new InferenceError('failed', 'bad allocation', null);
      return inference;
    },
    () => {},
  );
  const orders = [0, 3, 4, 6].map(order);
  const { evaluations } = await durable.explain(new Float32Array(8 * length), 7, new Int32Array(7), orders);
  expect(opened[1]?.asked).toEqual([
    [order(0), order(3)],
    [
      { ...order(4), index: 0 },
      { ...order(6), index: 2 },
    ],
  ]);
  expect(evaluations?.map(({ index }) => index)).toEqual([0, 3, 4, 6]);
});

test('lanes pass orders on', async () => {
  const opened: MeasuringInference[] = [];
  const lanes = await openInferenceLanes({ model: 'm', layers: ['layer4'], batchSize: 2 }, async (options) => {
    const inference = new MeasuringInference(options);
    opened.push(inference);
    return inference;
  });
  const { evaluations } = await lanes.explain(new Float32Array(2 * length), 2, new Int32Array(2), [order(1)]);
  expect(evaluations?.map(({ index }) => index)).toEqual([1]);
  expect(opened.flatMap(({ asked }) => asked)).toEqual([[order(1)]]);
});
