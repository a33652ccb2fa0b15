import { describe, expect, test } from 'vitest';
import type { LayerMaps } from '../../../src/explain/explanation.ts';
import { tensorValues } from '../../../src/explain/onnx/tensor-data.ts';
import type { MethodName } from '../../../src/explain/options.ts';
import { difference, openTiny, type TinyOptions } from '../open-tiny.ts';
import { classCount, inputName, pixels, smallClassifier, TinyModel } from '../tiny-model.ts';

const count = 3;
const images = pixels(count);
const repeated: MethodName[] = ['integrated-gradients', 'smoothgrad', 'score-cam', 'ablation-cam', 'reciprocam'];

async function mapsOf(model: TinyModel, options: TinyOptions, batch = images, of = count): Promise<LayerMaps[]> {
  await using explainer = await openTiny(model, { layers: ['features.4'], ...options });
  return (await explainer.explain(batch, { count: of })).maps;
}

test('integrated gradients add up to the score less that of an empty picture', async () => {
  await using explainer = await openTiny(smallClassifier({ end: ['Tanh', 'Identity'] }), {
    methods: ['integrated-gradients'],
    targets: ['class:2'],
  });
  const { maps, logits } = await explainer.explain(images, { count });
  const empty = await explainer.explain(new Float32Array(images.length), { count });
  for (let image = 0; image < count; image++) {
    const sum = maps[0]?.values.subarray(64 * image, 64 * image + 64).reduce((a, b) => a + b, 0) ?? Number.NaN;
    const difference = (logits[image * classCount + 2] ?? 0) - (empty.logits[image * classCount + 2] ?? 0);
    // The path crosses gates between its midpoints.
    expect(Math.abs(sum - difference)).toBeLessThan(0.02 * Math.max(1, Math.abs(difference)));
  }
  expect(empty.maps[0]?.values.every((value) => value === 0)).toBe(true);
});

test('smoothgrad of a linear model is its gradient, whatever the noise', async () => {
  const model = new TinyModel();
  const features = model.conv(model.input(['n', 3, 8, 8]), '/conv/Conv', 3, 6);
  model.output(model.pooledHead(features, 6, classCount));
  const maps = await mapsOf(model, { layers: ['conv'], methods: ['smoothgrad', 'input-gradients'] });
  const [gradients, smooth] = [maps[0]?.values, maps[1]?.values];
  expect(maps.map(({ method }) => method)).toEqual(['input-gradients', 'smoothgrad']);
  expect(difference(smooth, gradients)).toBeLessThan(1e-6);
});

test('ablation-cam behind pooling and a linear layer weighs a channel by what it adds to the logit', async () => {
  const model = smallClassifier();
  await using explainer = await openTiny(model, {
    layers: ['features.4'],
    methods: ['ablation-cam'],
    targets: ['class:1'],
    capture: ['activations'],
  });
  const { maps, captured } = await explainer.explain(images, { count });
  const stored = model.initializers.find(({ name }) => name === '/fc/Gemm.weight');
  const weights = (stored && tensorValues(stored)) ?? [];
  const activations = captured[0]?.values ?? new Float32Array();
  const expected = Float32Array.from({ length: count * 16 }, (_, i) => {
    const [image, cell] = [Math.floor(i / 16), i % 16];
    let sum = 0;
    for (let c = 0; c < 6; c++) {
      const channel = activations.subarray((image * 6 + c) * 16, (image * 6 + c + 1) * 16);
      const mean = channel.reduce((a, b) => a + b, 0) / 16;
      sum += (weights[6 + c] ?? Number.NaN) * mean * (channel[cell] ?? Number.NaN);
    }
    return sum;
  });
  expect(difference(maps[0]?.values, expected)).toBeLessThan(1e-5);
  expect(expected.some((value) => Math.abs(value) > 0.01)).toBe(true);
});

test('score-cam behind a ReLU is a mean of channels: no negative cell, none above the largest', async () => {
  await using explainer = await openTiny(smallClassifier(), {
    layers: ['features.4'],
    methods: ['score-cam'],
    capture: ['activations'],
  });
  const { maps, captured } = await explainer.explain(images, { count });
  const top = Math.max(...(captured[0]?.values ?? []));
  expect(maps[0]?.values.every((value) => value >= 0 && value <= top)).toBe(true);
  expect(maps[0]?.values.some((value) => value > 0)).toBe(true);
});

test('reciprocam behind pooling and a linear layer is CAM, blurred and averaged', async () => {
  const maps = await mapsOf(smallClassifier(), { methods: ['reciprocam', 'cam'], targets: ['class:1'] });
  const [cam, recipro] = [maps[0]?.values ?? new Float32Array(), maps[1]?.values];
  const weights = [1 / 4, 1 / 8];
  const expected = Float32Array.from({ length: count * 16 }, (_, i) => {
    const [image, row, column] = [Math.floor(i / 16), Math.floor((i % 16) / 4), i % 4];
    let sum = 0;
    for (let cell = 0; cell < 16; cell++) {
      const apart = [Math.abs(Math.floor(cell / 4) - row), Math.abs((cell % 4) - column)];
      const share = apart.some((steps) => steps > 1)
        ? 0
        : apart.reduce((product, steps) => product * (weights[steps] ?? 0), 4);
      sum += (share * (cam[16 * image + cell] ?? Number.NaN)) / 16;
    }
    return sum;
  });
  expect(maps.map(({ method }) => method)).toEqual(['cam', 'reciprocam']);
  expect(difference(recipro, expected)).toBeLessThan(1e-5);
});

describe('every method that runs the model several times', () => {
  test('gives an image the same map alone as in a batch', async () => {
    const together = await mapsOf(smallClassifier(), { methods: repeated });
    const alone = await mapsOf(smallClassifier(), { methods: repeated }, images.slice(192, 384), 1);
    for (const [i, { method, values, height, width }] of alone.entries()) {
      const cells = height * width;
      expect(difference(values, together[i]?.values.subarray(cells, 2 * cells)), method).toBeLessThan(1e-6);
    }
    expect(alone.length).toBe(repeated.length);
  });

  test('takes a class against another, which turns the sign of the linear ones', async () => {
    const methods: MethodName[] = ['integrated-gradients', 'ablation-cam'];
    const maps = await mapsOf(smallClassifier(), { methods, targets: ['class:1-vs-3', 'class:3-vs-1'] });
    for (const method of methods) {
      const [one, other] = maps.filter((map) => map.method === method).map(({ values }) => values);
      expect(
        difference(
          one,
          other?.map((value) => -value),
        ),
        method,
      ).toBeLessThan(1e-5);
      expect(
        one?.some((value) => Math.abs(value) > 1e-3),
        method,
      ).toBe(true);
    }
  });

  test('reads pixels where a model with channels last has them', async () => {
    const named = (lastChannels: boolean) => {
      const model = new TinyModel({ seed: 'layouts' });
      let x = model.input(lastChannels ? ['n', 8, 8, 3] : ['n', 3, 8, 8], inputName);
      if (lastChannels) x = model.node('Transpose', [x], { attributes: { perm: [0, 3, 1, 2] } });
      const features = model.node('Relu', [model.conv(x, '/conv/Conv', 3, 6)], { name: '/relu/Relu' });
      return model.output(model.pooledHead(features, 6, classCount));
    };
    const turned = Float32Array.from({ length: images.length }, (_, i) => {
      const [image, pixel, channel] = [Math.floor(i / 192), Math.floor((i % 192) / 3), i % 3];
      return images[image * 192 + channel * 64 + pixel] ?? Number.NaN;
    });
    const options: TinyOptions = { layers: ['relu'], methods: [...repeated, 'input-gradients'] };
    const first = await mapsOf(named(false), options);
    const last = await mapsOf(named(true), options, turned);
    for (const [i, { method, values, evidence }] of first.entries()) {
      expect(difference(last[i]?.values, values), method).toBeLessThan(1e-5);
      expect(difference(last[i]?.evidence, evidence), method).toBeLessThan(1e-5);
    }
    expect(first.length).toBe(6);
  });

  test('takes part in fusion', async () => {
    const layers = ['features.1', 'features.4'];
    const maps = await mapsOf(smallClassifier(), { layers, methods: ['ablation-cam'], fuse: 'mean' });
    expect(maps.map(({ layer }) => layer)).toEqual([...layers, 'fused']);
  });
});
