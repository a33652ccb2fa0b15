import { describe, expect, test } from 'vitest';
import type { Explanation, LayerMaps } from '../../../src/explain/explanation.ts';
import { graphMethods, repeatedMethods } from '../../../src/explain/methods/methods.ts';
import type { MethodName } from '../../../src/explain/options.ts';
import { methodNames } from '../../../src/explain/options.ts';
import { expectRefusal, openTiny, type TinyOptions } from '../open-tiny.ts';
import { pixels, smallClassifier } from '../tiny-model.ts';

const images = pixels(4);
const all = [...methodNames];

async function explained(options: TinyOptions): Promise<Explanation> {
  await using explainer = await openTiny(smallClassifier(), options);
  return explainer.explain(images, { count: 4, labels: Int32Array.from([1, -1, 0, 4]) });
}

const named = (maps: LayerMaps[]) => maps.map(({ layer, method }) => `${layer} ${method}`);

test('the command line takes every method that the library has', () => {
  expect(all.toSorted()).toEqual(Object.keys({ ...graphMethods, ...repeatedMethods }).toSorted());
});

describe('all methods in one run', () => {
  const layers = ['features.1', 'features.4'];
  const methods: MethodName[] = all.filter((name) => name !== 'cam');

  test('come layer by layer in the order given, and those over the pixels behind them, once', async () => {
    const { maps } = await explained({ layers, methods: ['input-gradients', 'layercam', 'grad-cam'] });
    expect(named(maps)).toEqual([
      'features.1 layercam',
      'features.1 grad-cam',
      'features.4 layercam',
      'features.4 grad-cam',
      'input input-gradients',
    ]);
    expect(maps.map(({ height, width, channels }) => [height, width, channels])).toEqual([
      [8, 8, 4],
      [8, 8, 4],
      [4, 4, 6],
      [4, 4, 6],
      [8, 8, 3],
    ]);
  });

  test.each(methods)('%s gives the same bits alone as beside all others', async (method) => {
    const together = await explained({ layers, methods });
    const alone = await explained({ layers, methods: [method] });
    expect(alone.maps.length).toBeGreaterThan(0);
    for (const map of alone.maps) {
      const same = together.maps.find((other) => other.layer === map.layer && other.method === method);
      expect(same?.values).toEqual(map.values);
      expect(same?.evidence).toEqual(map.evidence);
      expect(same?.gradientPeak).toEqual(map.gradientPeak);
    }
  });

  test('leave logits and scores as they are', async () => {
    const alone = await explained({ layers: ['features.4'] });
    const together = await explained({ layers, methods, targets: ['predicted', 'class:2', 'class:1-vs-3'] });
    expect(together.logits).toEqual(alone.logits);
    expect(together.scores).toEqual(alone.scores);
  });

  test('are finite, and zero where an image has no label', async () => {
    const { maps } = await explained({ layers, methods, targets: ['label'] });
    for (const { layer, method, classes, values, evidence } of maps) {
      const what = `${method} at ${layer}`;
      expect([...classes], what).toEqual([1, -1, 0, 4]);
      expect(values.every(Number.isFinite), what).toBe(true);
      const [size, channels] = [values.length / 4, evidence.length / 4];
      expect(
        values.subarray(size, 2 * size).every((value) => value === 0),
        what,
      ).toBe(true);
      expect(
        evidence.subarray(channels, 2 * channels).every((value) => value === 0),
        what,
      ).toBe(true);
      expect(
        values.subarray(0, size).some((value) => value !== 0),
        what,
      ).toBe(true);
    }
  });
});

test('cam is refused where its head is missing, whatever else is listed, and the error says so', async () => {
  const opened = explained({ layers: ['features.1', 'features.4'], methods: ['layercam', 'cam'] });
  await expectRefusal(opened, 'no-cam-head', 'CAM is not defined', 'features.1');
});
