import { describe, expect, test } from 'vitest';
import type { LayerMaps } from '../../../src/explain/explanation.ts';
import { fuseMaps } from '../../../src/explain/fusion.ts';
import type { Fusion } from '../../../src/explain/options.ts';
import { expectRefusal, openTiny } from '../open-tiny.ts';
import { pixels, smallClassifier } from '../tiny-model.ts';

const fusions: Fusion[] = ['mean', 'max', 'product'];

function layerMaps(layer: string, side: number, values: number[], settings: Partial<LayerMaps> = {}): LayerMaps {
  return {
    layer,
    method: 'grad-cam',
    target: 'predicted',
    classes: Int32Array.of(1),
    height: side,
    width: side,
    channels: 2,
    values: Float32Array.from(values),
    evidence: new Float32Array(2),
    gradientPeak: Float32Array.of(0.5),
    ...settings,
  };
}

test.each([
  ['mean', [0.75, 0.25, 0, 0.5]],
  ['max', [1, 0.5, 0, 1]],
  ['product', [0.5, 0, 0, 0]],
] satisfies [Fusion, number[]][])('%s of positive parts, each as a share of its maximum', (fusion, expected) => {
  const one = layerMaps(
    'a',
    2,
    [2, -1, -3, 4].map((value) => value * 100),
  );
  const other = layerMaps('b', 2, [3, 1.5, 0, -1]);
  const [fused, ...rest] = fuseMaps([one, other], ['a', 'b'], fusion);
  expect(rest).toEqual([]);
  expect(fused).toMatchObject({
    layer: 'fused',
    method: 'grad-cam',
    target: 'predicted',
    height: 2,
    width: 2,
    channels: 0,
  });
  expect([...(fused?.values ?? [])]).toEqual(expected);
});

test('lies on the largest grid; smaller maps are spread between cell centres', () => {
  const large = layerMaps(
    'a',
    4,
    Array.from({ length: 16 }, () => 1),
  );
  const small = layerMaps('b', 2, [0, 4, 0, 4]);
  const [fused] = fuseMaps([small, large], ['b', 'a'], 'product');
  const row = [0, 0.25, 0.75, 1];
  expect([...(fused?.values ?? [])]).toEqual([...row, ...row, ...row, ...row]);
});

test('a map without a positive cell counts as zeros', () => {
  const nothing = layerMaps('a', 2, [-1, -2, 0, -3], { gradientPeak: Float32Array.of(0) });
  const [fused] = fuseMaps([nothing, layerMaps('b', 2, [1, 0, 0, 0])], ['a', 'b'], 'mean');
  expect([...(fused?.values ?? [])]).toEqual([0.5, 0, 0, 0]);
  expect([...(fused?.gradientPeak ?? [])]).toEqual([0.5]);
});

describe.each(fusions)('an explainer that fuses by %s', (fuse) => {
  test('adds one map for each method and target behind the others', async () => {
    await using explainer = await openTiny(smallClassifier(), {
      layers: ['features.1', 'features.4'],
      methods: ['layercam', 'grad-cam', 'input-gradients'],
      targets: ['predicted', 'class:0'],
      fuse,
    });
    const { maps } = await explainer.explain(pixels(3), { count: 3 });
    const fused = maps.filter(({ layer }) => layer === 'fused');
    expect(maps.slice(-4)).toEqual(fused);
    expect(fused.map(({ method, target }) => `${method} ${target}`)).toEqual([
      'layercam predicted',
      'grad-cam predicted',
      'layercam class:0',
      'grad-cam class:0',
    ]);
    for (const { values, height, width } of fused) {
      expect([values.length, height, width]).toEqual([3 * 64, 8, 8]);
      expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
      expect(values.some((value) => value > 0)).toBe(true);
    }
  });
});

test('one layer leaves nothing to fuse', async () => {
  await expectRefusal(openTiny(smallClassifier(), { layers: ['last'], fuse: 'max' }), 'nothing-to-fuse', 'last');
});
