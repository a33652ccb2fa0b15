/** What a hook stores: activations and gradients in the layer's own shape, statistics, and evidence vectors. */

import { describe, expect, test } from 'vitest';
import { tensorValues } from '../../src/explain/onnx/tensor-data.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { runDirectly } from './direct-run.ts';
import { difference, openTiny } from './open-tiny.ts';
import { pixels, smallClassifier, TinyModel } from './tiny-model.ts';

const images = pixels(3);
const dims = [3, 3, 8, 8];
const early = '/features/features.1/Relu_output_0';
const late = '/features/features.4/Relu_output_0';

/** Activations as ONNX Runtime gives them without Gradline. */
async function activationsOf(model: TinyModel, tensor: string): Promise<Float32Array> {
  const direct = await runDirectly(model.build(), images, dims, await temporaryFolder(), [tensor]);
  return direct[tensor] ?? new Float32Array();
}

function weightsOf(model: TinyModel, name: string): number[] {
  const tensor = model.initializers.find((t) => t.name === name);
  return (tensor && tensorValues(tensor)) ?? [];
}

describe('capture', () => {
  test('activations', async () => {
    const model = smallClassifier();
    await using explainer = await openTiny(model, { layers: ['features.1', 'features'], capture: ['activations'] });
    const { captured } = await explainer.explain(images, { count: 3 });
    expect(captured.map(({ layer, kind, target, shape }) => ({ layer, kind, target, shape }))).toEqual([
      { layer: 'features.1', kind: 'activations', target: null, shape: [3, 4, 8, 8] },
      { layer: 'features', kind: 'activations', target: null, shape: [3, 6, 4, 4] },
    ]);
    expect(difference(captured[0]?.values, await activationsOf(model, early))).toBeLessThan(1e-5);
    expect(difference(captured[1]?.values, await activationsOf(model, late))).toBeLessThan(1e-5);
  });

  test('gradients of each target: behind global pooling the class weight over the number of cells', async () => {
    const model = smallClassifier();
    const targets = ['class:1', 'class:4'];
    await using explainer = await openTiny(model, { layers: ['features'], targets, capture: ['gradients'] });
    const { captured } = await explainer.explain(images, { count: 3 });
    expect(captured.map((tensor) => tensor.target)).toEqual(targets);
    const weights = weightsOf(model, '/fc/Gemm.weight');
    for (const [i, row] of [1, 4].entries()) {
      const expected = Array.from(
        { length: 3 * 6 * 16 },
        (_, j) => (weights[row * 6 + (Math.floor(j / 16) % 6)] ?? 0) / 16,
      );
      expect(captured[i]).toMatchObject({ kind: 'gradients', shape: [3, 6, 4, 4] });
      expect(difference(captured[i]?.values, expected)).toBeLessThan(1e-7);
    }
  });

  test('keeps the shape of a layer with channels last and of tokens', async () => {
    const model = new TinyModel();
    const x = model.conv(model.input(['n', 3, 8, 8]), '/conv/Conv', 3, 4);
    const moved = model.node('Transpose', [x], { name: '/moved/Transpose', attributes: { perm: [0, 2, 3, 1] } });
    const tokens = model.node('Reshape', [moved, model.ints('flat', [0, 64, 4])], { name: '/tokens/Reshape' });
    const pooled = model.node('ReduceMean', [tokens, model.ints('axis', [1])], { attributes: { keepdims: 0 } });
    model.output(model.linear(pooled, 'fc', 4, 5));
    await using explainer = await openTiny(model, {
      layers: ['moved', 'tokens'],
      capture: ['activations', 'gradients'],
    });
    const { captured } = await explainer.explain(images, { count: 3 });
    const shapes = captured.map(({ layer, kind, shape }) => [layer, kind, shape]);
    expect(shapes).toContainEqual(['moved', 'activations', [3, 8, 8, 4]]);
    expect(shapes).toContainEqual(['moved', 'gradients', [3, 8, 8, 4]]);
    expect(shapes).toContainEqual(['tokens', 'gradients', [3, 64, 4]]);
    const found = captured.find((tensor) => tensor.layer === 'moved' && tensor.kind === 'activations');
    expect(difference(found?.values, await activationsOf(model, '/moved/Transpose_output_0'))).toBeLessThan(1e-5);
  });

  test('gradients alone, next to CAM, which needs none at the layer', async () => {
    await using explainer = await openTiny(smallClassifier(), { methods: ['cam'], capture: ['gradients'] });
    const { captured } = await explainer.explain(images, { count: 3 });
    expect(captured[0]?.values.some((value) => value !== 0)).toBe(true);
  });

  test('nothing unless asked', async () => {
    await using explainer = await openTiny(smallClassifier());
    const found = await explainer.explain(images, { count: 3 });
    expect(found.captured).toEqual([]);
    expect(found.statistics).toEqual([]);
  });
});

test('statistics: mean, population standard deviation and share near zero of each image', async () => {
  const model = smallClassifier();
  await using explainer = await openTiny(model, { layers: ['features.1', 'features.0'], statistics: true });
  const { statistics } = await explainer.explain(images, { count: 3 });
  for (const [i, tensor] of [early, '/features/features.0/Conv_output_0'].entries()) {
    const activations = await activationsOf(model, tensor);
    const size = activations.length / 3;
    const expected = [0, 1, 2].map((image) => {
      const values = [...activations.subarray(image * size, (image + 1) * size)];
      const mean = values.reduce((a, b) => a + b, 0) / size;
      const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / size;
      return { mean, deviation: Math.sqrt(variance), small: values.filter((v) => Math.abs(v) < 0.05).length / size };
    });
    expect(
      difference(
        statistics[i]?.mean,
        expected.map((e) => e.mean),
      ),
    ).toBeLessThan(1e-5);
    expect(
      difference(
        statistics[i]?.standardDeviation,
        expected.map((e) => e.deviation),
      ),
    ).toBeLessThan(1e-5);
    expect(
      difference(
        statistics[i]?.nearZero,
        expected.map((e) => e.small),
      ),
    ).toBeLessThan(1e-6);
  }
});

test('evidence: the mean of the activations weighted by the positive part of the map', async () => {
  const model = smallClassifier();
  await using explainer = await openTiny(model, { layers: ['features'], targets: ['class:0', 'class:2'] });
  const { maps } = await explainer.explain(images, { count: 3 });
  const activations = await activationsOf(model, late);
  for (const { values, evidence } of maps) {
    const expected = [0, 1, 2].flatMap((image) => {
      const weights = [...values.subarray(image * 16, (image + 1) * 16)].map((value) => Math.max(value, 0));
      const total = weights.reduce((a, b) => a + b, 0);
      return [0, 1, 2, 3, 4, 5].map((channel) => {
        const start = (image * 6 + channel) * 16;
        const sum = weights.reduce((all, weight, cell) => all + weight * (activations[start + cell] ?? 0), 0);
        return total === 0 ? 0 : sum / total;
      });
    });
    expect(difference(evidence, expected)).toBeLessThan(1e-4);
  }
  expect(maps.some(({ evidence }) => evidence.some((value) => value > 0.1))).toBe(true);
});
