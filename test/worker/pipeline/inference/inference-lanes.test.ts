import { describe, expect, test } from 'vitest';
import { InferenceError } from '../../../../src/worker/pipeline/inference/inference.ts';
import { openInferenceLanes, planLanes } from '../../../../src/worker/pipeline/inference/inference-lanes.ts';
import { ColorInference, colorOptions, firstSlots, greyPictures, slotsWith } from '../color-inference.ts';

describe('cores are shared out', () => {
  test('over two lanes where the model runs on the CPU', () => {
    expect(planLanes({ providers: ['cpu'] }, 2)).toEqual({ lanes: 2, threads: 1 });
    expect(planLanes({}, 16)).toEqual({ lanes: 2, threads: 8 });
    expect(planLanes({}, 1)).toEqual({ lanes: 1, threads: undefined });
  });

  test('as the user says where they say', () => {
    expect(planLanes({ threads: 4 }, 16)).toEqual({ lanes: 1, threads: 4 });
  });

  test('not at all where a device does the work', () => {
    expect(planLanes({ providers: ['cuda', 'cpu'] }, 16)).toEqual({ lanes: 1, threads: undefined });
  });
});

describe.skipIf(planLanes({}).lanes === 1)('lanes', () => {
  const options = colorOptions({ batchSize: 2 });

  async function openLanes() {
    const opened: ColorInference[] = [];
    const lanes = await openInferenceLanes(options, async (given) => {
      const inference = new ColorInference(given);
      opened.push(inference);
      return inference;
    });
    const [first] = opened;
    if (first === undefined) throw new Error('No lane was opened.');
    return { lanes, opened, first, slots: slotsWith(lanes.model, greyPictures(5)) };
  }

  test('work at the same time, each on its own batch', async () => {
    const { lanes, opened, slots } = await openLanes();
    expect(lanes.concurrency).toBe(2);
    const batches = [[0], [1, 2], [3, 4]];
    await Promise.all(batches.map((own) => lanes.explain(slots, firstSlots(own.length, { slots: own }))));
    for (const slot of batches.flat()) expect(slots.readResult(slot).maps[0]?.classes).toEqual(Int32Array.of(0));
    expect(opened.map(({ batches }) => batches.length).sort()).toEqual([1, 2]);
    await lanes.close();
    expect(opened.map(({ closed }) => closed)).toEqual([true, true]);
  });

  test('one that fails fails its batch and takes others again', async () => {
    const { lanes, first, slots } = await openLanes();
    first.failure = new InferenceError('failed', 'no');
    await expect(lanes.explain(slots, firstSlots(1))).rejects.toThrow('no');
    first.failure = null;
    await expect(lanes.explain(slots, firstSlots(1))).resolves.toEqual([]);
    expect(slots.readResult(0).scores[0]).toBeCloseTo(1 / 3);
    await lanes.close();
  });

  test('are all closed when one cannot be opened', async () => {
    const opened: ColorInference[] = [];
    const opening = openInferenceLanes(options, async (given) => {
      if (opened.length > 0) throw new Error('no memory');
      const inference = new ColorInference(given);
      opened.push(inference);
      return inference;
    });
    await expect(opening).rejects.toThrow('no memory');
    expect(opened.map(({ closed }) => closed)).toEqual([true]);
  });
});
