/** Orders to measure images, on their way to the model and back. */

import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import type { EvaluationOrder, ImageEvaluation } from '../../../../src/worker/pipeline/evaluate/evaluation.ts';
import type { ImageSlots } from '../../../../src/worker/pipeline/image-slots.ts';
import { DurableInference } from '../../../../src/worker/pipeline/inference/durable-inference.ts';
import { InferenceError } from '../../../../src/worker/pipeline/inference/inference.ts';
import { openInferenceLanes } from '../../../../src/worker/pipeline/inference/inference-lanes.ts';
import type { ExplainOrder } from '../../../../src/worker/pipeline/inference/inference-messages.ts';
import { serveInference } from '../../../../src/worker/pipeline/inference/inference-service.ts';
import { ColorInference, colorOptions, firstSlots, greyPictures, side, slotsWith } from '../color-inference.ts';

const length = 3 * side * side;
const order = (index: number): EvaluationOrder => ({ index, seed: 100 + index, randomise: index === 0 });

/** Answers each order with an empty evaluation, and notes what it was asked in each batch. */
class MeasuringInference extends ColorInference {
  readonly asked: EvaluationOrder[][] = [];

  override async explain(slots: ImageSlots, given: ExplainOrder): Promise<ImageEvaluation[]> {
    this.asked.push([...given.evaluate]);
    await super.explain(slots, given);
    return given.evaluate.map(({ index }) => ({ index, maps: [], baselines: [] }));
  }
}

test('the thread measures what it is told, after it has explained the batch', async () => {
  const events: string[] = [];
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => port1.close());
  port1.start();
  const options = colorOptions({ batchSize: 2 });
  const inference = new ColorInference(options);
  serveInference(port2, async () => ({
    ...inference.model,
    explain: async (pictures, { labels = new Int32Array(2).fill(-1) }) => {
      events.push('explain');
      return inference.explainPictures(pictures, labels);
    },
    evaluate: async (pictures, { count }, orders): Promise<ImageEvaluation[]> => {
      events.push(`evaluate ${orders.length} of ${count}, ${pictures.length / length} given`);
      return orders.map(({ index }) => ({ index, maps: [null], baselines: [] }));
    },
    close: async () => undefined,
  }));
  port1.postMessage({ type: 'open', options });
  await once(port1, 'message');
  const { buffer, count } = slotsWith(inference.model, greyPictures(2));
  const ask = async (evaluate: EvaluationOrder[]) => {
    const asked = firstSlots(2, { labels: [0, 1], evaluate });
    port1.postMessage({ type: 'explain', id: 1, buffer, count, order: asked });
    const [reply] = await once(port1, 'message');
    return reply.evaluations;
  };
  expect(await ask([order(1)])).toEqual([{ index: 1, maps: [null], baselines: [] }]);
  expect(await ask([])).toEqual([]);
  expect(events).toEqual(['explain', 'evaluate 1 of 2, 2 given', 'explain']);
});

test('where a batch goes through the model in pieces, orders and answers keep their places', async () => {
  const opened: MeasuringInference[] = [];
  const durable = await DurableInference.open(
    colorOptions({ batchSize: 8 }),
    async (options) => {
      const inference = new MeasuringInference(options);
      opened.push(inference);
      if (opened.length === 1) inference.failure = new InferenceError('failed', 'bad allocation');
      return inference;
    },
    { onWarning: () => {}, onDeath: 'restart' },
  );
  const orders = [0, 3, 4, 6].map(order);
  const slots = slotsWith(durable.model, greyPictures(8));
  const evaluations = await durable.explain(slots, firstSlots(7, { evaluate: orders }));
  expect(opened[1]?.asked).toEqual([
    [order(0), order(3)],
    [
      { ...order(4), index: 0 },
      { ...order(6), index: 2 },
    ],
  ]);
  expect(evaluations.map(({ index }) => index)).toEqual([0, 3, 4, 6]);
});

test('lanes pass orders on', async () => {
  const opened: MeasuringInference[] = [];
  const lanes = await openInferenceLanes(colorOptions({ batchSize: 2 }), async (options) => {
    const inference = new MeasuringInference(options);
    opened.push(inference);
    return inference;
  });
  const slots = slotsWith(lanes.model, greyPictures(2));
  const evaluations = await lanes.explain(slots, firstSlots(2, { evaluate: [order(1)] }));
  expect(evaluations.map(({ index }) => index)).toEqual([1]);
  expect(opened.flatMap(({ asked }) => asked)).toEqual([[order(1)]]);
});
