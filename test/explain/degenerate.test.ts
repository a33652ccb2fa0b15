/** Maps without evidence are zeros with a gradient peak of 0, never NaN. */

import { describe, expect, test } from 'vitest';
import type { Explanation } from '../../src/explain/explanation.ts';
import { openTiny, type TinyOptions } from './open-tiny.ts';
import { pixels, TinyModel } from './tiny-model.ts';

const everything: TinyOptions = {
  capture: ['activations', 'gradients'],
  statistics: true,
  targets: ['predicted', 'class:3'],
};

async function explained(model: TinyModel, options: TinyOptions, images = pixels(2)): Promise<Explanation> {
  await using explainer = await openTiny(model, { ...everything, ...options });
  return explainer.explain(images, { count: 2 });
}

function allNumbers(explanation: Explanation): number[] {
  const { logits, scores, maps, captured, statistics } = explanation;
  return [
    ...[logits, scores],
    ...maps.flatMap((map) => [map.values, map.evidence, map.gradientPeak]),
    ...captured.map((tensor) => tensor.values),
    ...statistics.flatMap((s) => [s.mean, s.standardDeviation, s.nearZero]),
  ].flatMap((values) => [...values]);
}

function expectNoEvidence(explanation: Explanation, layer: string): void {
  const maps = explanation.maps.filter((map) => map.layer === layer);
  expect(maps).toHaveLength(2);
  for (const { values, evidence, gradientPeak } of maps) {
    expect([...values, ...evidence].every((value) => value === 0)).toBe(true);
    expect([...gradientPeak]).toEqual([0, 0]);
  }
  const gradients = explanation.captured.filter((tensor) => tensor.layer === layer && tensor.kind === 'gradients');
  expect(gradients).toHaveLength(2);
  expect(gradients.every((tensor) => tensor.values.every((value) => value === 0))).toBe(true);
  expect(allNumbers(explanation).every(Number.isFinite)).toBe(true);
}

/** A convolution whose result is multiplied by `factor` and then rectified. */
function rectified(factor: number, bias: number): TinyModel {
  const model = new TinyModel();
  let x = model.conv(model.input(['n', 3, 8, 8]), '/conv/Conv', 3, 4);
  x = model.node('Mul', [x, model.weight('factor', [1], [factor])], { name: '/scaled/Mul' });
  x = model.node('Add', [x, model.weight('bias', [1], [bias])], { name: '/shifted/Add' });
  x = model.node('Relu', [x], { name: '/relu/Relu' });
  return model.output(model.pooledHead(x, 4, 5));
}

describe('no gradient', () => {
  test('at a layer that the scores do not depend on', async () => {
    const model = rectified(1, 0);
    const branch = model.conv('/conv/Conv_output_0', '/side/conv/Conv', 4, 4);
    model.output(model.node('Relu', [branch], { name: '/side/relu/Relu' }));
    expectNoEvidence(await explained(model, { layers: ['relu', 'side'] }), 'side');
  });

  test('behind a ReLU that is off everywhere', async () => {
    const found = await explained(rectified(1, -1000), { layers: ['conv', 'relu'] });
    expectNoEvidence(found, 'conv');
    // The class weights reach the ReLU's own output, where all activations are zero.
    expect(found.maps.find((map) => map.layer === 'relu')?.gradientPeak[0]).toBeGreaterThan(0);
    expect(found.statistics.find((s) => s.layer === 'relu')?.nearZero[0]).toBe(1);
  });

  test('behind a multiplication by zero', async () => {
    expectNoEvidence(await explained(rectified(0, 1), { layers: ['conv'] }), 'conv');
  });

  test('of an output that is constant: the first class is predicted', async () => {
    const model = new TinyModel();
    const features = model.conv(model.input(['n', 3, 8, 8]), '/conv/Conv', 3, 4);
    const pooled = model.node('Flatten', [model.node('GlobalAveragePool', [features])]);
    const zeros = model.weight('fc.weight', [5, 4], new Array(20).fill(0));
    model.output(
      model.node('Gemm', [pooled, zeros, model.weight('b', [5], [2, 2, 2, 2, 2])], { attributes: { transB: 1 } }),
    );
    const found = await explained(model, { layers: ['conv'] });
    expectNoEvidence(found, 'conv');
    expect([...(found.maps[0]?.classes ?? [])]).toEqual([0, 0]);
    for (const score of found.scores) expect(score).toBeCloseTo(0.2, 6);
  });
});

test('a map that is negative everywhere keeps its sign and has no evidence', async () => {
  const model = new TinyModel();
  const features = model.node('Abs', [model.conv(model.input(['n', 3, 8, 8]), '/conv/Conv', 3, 4)], {
    name: '/abs/Abs',
  });
  const pooled = model.node('Flatten', [model.node('GlobalAveragePool', [features])]);
  const negative = model.weight('fc.weight', [5, 4], new Array(20).fill(-1));
  model.output(model.node('Gemm', [pooled, negative, model.weight('b', [5])], { attributes: { transB: 1 } }));
  const found = await explained(model, { layers: ['abs'] });
  for (const map of found.maps) {
    expect(Math.max(...map.values)).toBeLessThan(0);
    expect(map.evidence.every((value) => value === 0)).toBe(true);
    expect(map.gradientPeak[0]).toBeGreaterThan(0);
  }
});

test('an image of zeros gives finite numbers', async () => {
  const found = await explained(rectified(1, 0), { layers: ['conv', 'relu'] }, new Float32Array(2 * 192));
  expect(allNumbers(found).every(Number.isFinite)).toBe(true);
});

test('logits too large for a plain exponential give finite scores', async () => {
  const model = rectified(1e4, 0);
  const found = await explained(model, { layers: ['relu'] });
  expect(Math.max(...found.logits.map(Math.abs))).toBeGreaterThan(1000);
  expect(allNumbers(found).every(Number.isFinite)).toBe(true);
});
