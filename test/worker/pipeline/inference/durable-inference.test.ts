import { describe, expect, test } from 'vitest';
import type { ExplainerOptions } from '../../../src/explain/options.ts';
import { UserError } from '../../../src/explain/user-error.ts';
import { DurableInference } from '../../../src/worker/fleet/durable-inference.ts';
import { InferenceError } from '../../../src/worker/pipeline/inference/inference.ts';
import { ColorInference, side } from '../pipeline/color-inference.ts';

const options: ExplainerOptions = { model: 'm', layers: ['layer4'], batchSize: 8 };

/** A device with memory for `room` images: larger batches fail as ONNX Runtime's do. */
function device(room: number, { whenOpening = false } = {}) {
  const opened: ColorInference[] = [];
  const open = async (given: ExplainerOptions) => {
    const size = given.batchSize ?? 8;
    if (whenOpening && size > room) throw new UserError('session-failed', 'CUDA failure 2: out of memory');
    const inference = new ColorInference(given);
    opened.push(inference);
    if (size > room)
      inference.failure = new InferenceError('failed', 'Failed to allocate memory for requested buffer', null);
    return inference;
  };
  const warnings: string[] = [];
  const durable = () => DurableInference.open(options, open, (message) => warnings.push(message));
  return { opened, warnings, durable };
}

/** Eight pictures, each of another brightness. */
function batch(): { values: Float32Array; labels: Int32Array } {
  const length = 3 * side * side;
  const values = Float32Array.from({ length: 8 * length }, (_, i) => ((i * 7) % 200) + Math.floor(i / length) * 5);
  return { values, labels: Int32Array.of(0, 1, 2, -1, 0, 1, 2, 0) };
}

describe('an inference that outlives its thread', () => {
  test('halves the batch until it fits, with the same results', async () => {
    const { opened, warnings, durable } = device(3);
    const inference = await durable();
    const { values, labels } = batch();
    const { explanation, values: back } = await inference.explain(values, 7, labels);
    const plain = await new ColorInference(options).explain(batch().values, 7, labels);
    expect(explanation).toEqual(plain.explanation);
    expect(back.length).toBe(8 * 3 * side * side);
    expect(inference.model.batchSize).toBe(8);
    expect(opened.map(({ model, closed }) => [model.batchSize, closed])).toEqual([
      [8, true],
      [4, true],
      [2, false],
    ]);
    expect(opened[2]?.batches).toEqual([2, 2, 2, 1]);
    expect(warnings).toHaveLength(2);
  });

  test('opens the model with the largest batch that fits', async () => {
    const { durable } = device(2, { whenOpening: true });
    expect((await durable()).model.batchSize).toBe(2);
  });

  test('says so when not even one image fits', async () => {
    const inference = await device(0).durable();
    const { values, labels } = batch();
    await expect(inference.explain(values, 8, labels)).rejects.toMatchObject({
      code: 'out-of-memory',
      message: expect.stringMatching(/not enough memory to explain a single image/),
    });
  });

  test('reopens once for two batches that fail at the same time', async () => {
    const { opened, durable } = device(4);
    const inference = await durable();
    const [one, two] = [batch(), batch()];
    await Promise.all([inference.explain(one.values, 8, one.labels), inference.explain(two.values, 8, two.labels)]);
    expect(opened.map(({ model }) => model.batchSize)).toEqual([8, 4]);
  });

  test('starts another thread after one that died, and fails its batch', async () => {
    const { opened, durable } = device(8);
    const inference = await durable();
    const first = opened[0];
    if (first !== undefined) first.failure = new InferenceError('thread-died', 'The inference thread ended.', null);
    const [one, two] = [batch(), batch()];
    await expect(inference.explain(one.values, 8, one.labels)).rejects.toMatchObject({ code: 'thread-died' });
    expect((await inference.explain(two.values, 8, two.labels)).explanation.count).toBe(8);
    expect(opened).toHaveLength(2);
  });

  test('leaves other failures as they are', async () => {
    const { opened, durable } = device(8);
    const inference = await durable();
    const first = opened[0];
    if (first !== undefined) first.failure = new InferenceError('failed', 'Non-zero status code from Conv', null);
    const { values, labels } = batch();
    await expect(inference.explain(values, 8, labels)).rejects.toMatchObject({ code: 'failed' });
    expect(opened).toHaveLength(1);
  });
});
