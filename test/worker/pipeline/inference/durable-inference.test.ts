import { describe, expect, test } from 'vitest';
import { UserError } from '../../../../src/explain/user-error.ts';
import type { PipelineExplainerOptions } from '../../../../src/worker/pipeline/explainer-options.ts';
import type { ImageSlots } from '../../../../src/worker/pipeline/image-slots.ts';
import { DurableInference } from '../../../../src/worker/pipeline/inference/durable-inference.ts';
import { InferenceError } from '../../../../src/worker/pipeline/inference/inference.ts';
import { ColorInference, colorOptions, firstSlots, side, slotsWith } from '../color-inference.ts';

const options = colorOptions({ targets: ['predicted', 'label'], batchSize: 8 });
const labels = [0, 1, 2, -1, 0, 1, 2, 0];

/** A device with memory for `room` images: larger batches fail as ONNX Runtime's do. */
function device(room: number, { whenOpening = false, onDeath = 'restart' as 'restart' | 'fail' } = {}) {
  const opened: ColorInference[] = [];
  const open = async (given: PipelineExplainerOptions) => {
    const size = given.batchSize ?? 8;
    if (whenOpening && size > room) throw new UserError('session-failed', 'CUDA failure 2: out of memory');
    const inference = new ColorInference(given);
    opened.push(inference);
    if (size > room) inference.failure = new InferenceError('failed', 'Failed to allocate memory for requested buffer');
    return inference;
  };
  const warnings: string[] = [];
  const durable = () =>
    DurableInference.open(options, open, { onWarning: (message) => warnings.push(message), onDeath });
  return { opened, warnings, durable };
}

/** Eight pictures, each of another brightness. */
function pictures(): ImageSlots {
  const length = 3 * side * side;
  const samples = (picture: number) => Uint8Array.from({ length }, (_, i) => ((i * 7) % 200) + picture * 5);
  return slotsWith(
    new ColorInference(options).model,
    labels.map((_, picture) => samples(picture)),
  );
}

const order = (count: number) => firstSlots(count, { labels: labels.slice(0, count) });

describe('an inference that outlives its thread', () => {
  test('halves the batch until it fits, with the same results', async () => {
    const { opened, warnings, durable } = device(3);
    const inference = await durable();
    const [slots, plain] = [pictures(), pictures()];
    expect(await inference.explain(slots, order(7))).toEqual([]);
    await new ColorInference(options).explain(plain, order(7));
    for (const slot of labels.keys()) expect(slots.readResult(slot)).toEqual(plain.readResult(slot));
    expect(slots.readResult(6).scores[0]).toBeGreaterThan(0);
    expect(inference.model.batchSize).toBe(8);
    expect(opened.map(({ model, closed }) => [model.batchSize, closed])).toEqual([
      [8, true],
      [4, true],
      [2, false],
    ]);
    expect(opened[2]?.batches).toEqual([2, 2, 2, 1]);
    expect(warnings).toHaveLength(2);
  });

  test('gives each piece what is true of its own images', async () => {
    const { opened, durable } = device(2);
    const inference = await durable();
    const truth = [0, 1, 2].map((label) => ({ labels: [label], unknown: [] }));
    await inference.explain(pictures(), firstSlots(3, { labels: [-1, -1, -1], truth }));
    expect(opened.at(-1)?.truths).toEqual([truth.slice(0, 2), truth.slice(2)]);
  });

  test('opens the model with the largest batch that fits', async () => {
    const { durable } = device(2, { whenOpening: true });
    expect((await durable()).model.batchSize).toBe(2);
  });

  test('says so when not even one image fits', async () => {
    const inference = await device(0).durable();
    await expect(inference.explain(pictures(), order(8))).rejects.toMatchObject({
      code: 'out-of-memory',
      message: expect.stringMatching(/not enough memory to explain a single image/),
    });
  });

  test('reopens once for two batches that fail at the same time', async () => {
    const { opened, durable } = device(4);
    const inference = await durable();
    await Promise.all([inference.explain(pictures(), order(8)), inference.explain(pictures(), order(8))]);
    expect(opened.map(({ model }) => model.batchSize)).toEqual([8, 4]);
  });

  test('starts another thread after one that died, and fails its batch', async () => {
    const { opened, durable } = device(8);
    const inference = await durable();
    const first = opened[0];
    if (first !== undefined) first.failure = new InferenceError('thread-died', 'The inference thread ended.');
    const slots = pictures();
    await expect(inference.explain(slots, order(8))).rejects.toMatchObject({ code: 'thread-died' });
    await inference.explain(slots, order(8));
    for (const slot of labels.keys()) expect(slots.readResult(slot).scores[0]).toBeGreaterThan(0);
    expect(opened).toHaveLength(2);
  });

  test('starts none where the run ends with it', async () => {
    const { opened, warnings, durable } = device(8, { onDeath: 'fail' });
    const inference = await durable();
    const first = opened[0];
    if (first !== undefined) first.failure = new InferenceError('thread-died', 'The inference thread ended.');
    await expect(inference.explain(pictures(), order(8))).rejects.toMatchObject({ code: 'thread-died' });
    expect(opened).toHaveLength(1);
    expect(warnings).toEqual([]);
  });

  test('leaves other failures as they are', async () => {
    const { opened, durable } = device(8);
    const inference = await durable();
    const first = opened[0];
    if (first !== undefined) first.failure = new InferenceError('failed', 'Non-zero status code from Conv');
    await expect(inference.explain(pictures(), order(8))).rejects.toMatchObject({ code: 'failed' });
    expect(opened).toHaveLength(1);
  });
});
