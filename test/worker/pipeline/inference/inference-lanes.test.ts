import { describe, expect, test } from 'vitest';
import { InferenceError } from '../../../../src/worker/pipeline/inference/inference.ts';
import { openInferenceLanes, planLanes } from '../../../../src/worker/pipeline/inference/inference-lanes.ts';
import { ColorInference, colorOptions, firstSlots, greyPictures, slotsWith } from '../color-inference.ts';

const onCpu = { provider: { name: 'cpu', devices: [] } };
const onCards = (...devices: number[]) => ({ provider: { name: 'cuda', devices } });

describe('cores are shared out', () => {
  test('over two lanes where the model runs on the CPU', () => {
    expect(planLanes(onCpu, { cores: 2 })).toEqual(Array(2).fill({ providers: ['cpu'], threads: 1 }));
    expect(planLanes(onCpu, { cores: 16 })).toEqual(Array(2).fill({ providers: ['cpu'], threads: 8 }));
    expect(planLanes(onCpu, { cores: 1 })).toEqual([{ providers: ['cpu'] }]);
  });

  test('as the user says where they say', () => {
    expect(planLanes({ ...onCpu, threads: 4 }, { cores: 16 })).toEqual([{ providers: ['cpu'], threads: 4 }]);
  });

  test('not at all where a device does the work', () => {
    expect(planLanes(onCards(), { cores: 16 })).toEqual([{ providers: ['cuda'] }]);
    expect(planLanes(onCards(3), { cores: 16 })).toEqual([{ providers: [{ name: 'cuda', deviceId: 3 }] }]);
  });
});

describe('each card has a lane', () => {
  const card = (deviceId: number) => ({ providers: [{ name: 'cuda', deviceId }] });

  test('of its own', () => {
    expect(planLanes(onCards(0, 2), { cores: 1 })).toEqual([card(0), card(2)]);
    expect(planLanes({ ...onCards(0, 1), threads: 2 })).toEqual([0, 1].map((n) => ({ ...card(n), threads: 2 })));
  });

  test('or two, where that is to be measured', () => {
    expect(planLanes(onCards(0, 1), { lanesPerDevice: 2 })).toEqual([card(0), card(0), card(1), card(1)]);
  });

  test('and all of them work at the same time', async () => {
    const opened: (readonly unknown[] | undefined)[] = [];
    const inferences: ColorInference[] = [];
    const options = colorOptions({ batchSize: 2, ...onCards(0, 1, 2) });
    const lanes = await openInferenceLanes(options, async (given) => {
      opened.push(given.providers);
      const inference = new ColorInference(given);
      inferences.push(inference);
      return inference;
    });
    expect(opened).toEqual([0, 1, 2].map((device) => card(device).providers));
    expect(lanes.concurrency).toBe(3);
    const slots = slotsWith(lanes.model, greyPictures(6));
    await Promise.all([0, 2, 4].map((first) => lanes.explain(slots, firstSlots(2, { slots: [first, first + 1] }))));
    expect(inferences.map(({ batches }) => batches)).toEqual([[2], [2], [2]]);
    await lanes.close();
  });
});

describe.skipIf(planLanes(onCpu).length === 1)('lanes', () => {
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
