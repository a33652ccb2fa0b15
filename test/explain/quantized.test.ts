/** Classifiers as onnxruntime.quantization writes them (test/oracle/quantized.py), with maps by the straight-through rule. */

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describeLayers } from '../../src/explain/layers/describe.ts';
import { expectRefusal, openFile, openTiny, type TinyOptions } from './open-tiny.ts';
import { pixels, TinyModel } from './tiny-model.ts';

const folder = path.join(import.meta.dirname, '../goldens/quantized');
const fileOf = (name: string) => path.join(folder, `${name}.onnx`);
const answer = z.object({ scores: z.array(z.number()), classes: z.array(z.number()), map: z.array(z.number()) });
const golden = z
  .object({
    images: z.array(z.number()),
    expected: z.record(z.string(), z.object({ layer1: answer, layer2: answer })),
  })
  .parse(JSON.parse(await readFile(path.join(folder, 'expected.json'), 'utf8')));
const images = Float32Array.from(golden.images);
const count = 6;

const open = (name: string, options: TinyOptions = {}) =>
  openFile(fileOf(name), { layers: ['layer1', 'layer2', 'last'], inputSize: { height: 24, width: 24 }, ...options });

/** All images' logits, scores, and maps by layer. */
async function explained(name: string, options: TinyOptions = {}) {
  await using explainer = await open(name, options);
  const perImage = images.length / count;
  const logits: number[] = [];
  const scores: number[] = [];
  const classes: number[] = [];
  const maps = new Map<string, number[]>();
  for (let first = 0; first < count; first += explainer.batchSize) {
    const several = Math.min(explainer.batchSize, count - first);
    const batch = images.subarray(first * perImage, (first + several) * perImage);
    const explanation = await explainer.explain(batch, { count: several });
    logits.push(...explanation.logits);
    scores.push(...explanation.scores);
    classes.push(...(explanation.maps[0]?.classes ?? []));
    for (const { layer, values } of explanation.maps) maps.set(layer, [...(maps.get(layer) ?? []), ...values]);
  }
  return { logits, scores, classes, maps, batchSize: explainer.batchSize };
}

/** What ONNX Runtime answers to each image alone, without Gradline. */
async function ownAnswers(name: string): Promise<number[]> {
  const session = await InferenceSession.create(fileOf(name), { graphOptimizationLevel: 'disabled' });
  const answers: number[] = [];
  for (let i = 0; i < count; i++) {
    const image = images.slice((i * images.length) / count, ((i + 1) * images.length) / count);
    const results = await session.run({ input: new Tensor('float32', image, [1, 3, 24, 24]) });
    for (const { data } of Object.values(results)) answers.push(...Array.from(data, Number));
  }
  await session.release();
  return answers;
}

const distance = (a: readonly number[], b: readonly number[]) =>
  Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? Number.NaN))));
const largest = (values: readonly number[]) => Math.max(...values.map(Math.abs));

function correlation(a: readonly number[], b: readonly number[]): number {
  const centred = (values: readonly number[]) => {
    const mean = values.reduce((x, y) => x + y, 0) / values.length;
    return values.map((value) => value - mean);
  };
  const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
  const [x, y] = [centred(a), centred(b)];
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
}

describe('a file with pairs of QuantizeLinear and DequantizeLinear', () => {
  it.each(Object.entries(golden.expected))('%s has the maps of the straight-through rule', async (name, layers) => {
    const { classes, maps, logits } = await explained(name);
    expect(distance(logits, layers.layer1.scores)).toBeLessThan(1e-3);
    expect(classes).toEqual(layers.layer1.classes);
    for (const [layer, { map }] of Object.entries(layers)) {
      expect(distance(maps.get(layer) ?? [], map)).toBeLessThan(largest(map) * 1e-3);
    }
    // `last` and the module that ends there are two names for one tensor.
    expect(maps.get('last')).toEqual(maps.get('layer2'));
  });

  it('has maps for images whose score is clipped to the calibrated range', async () => {
    const [{ logits, maps }, floats] = [await explained('qdq'), await explained('float')];
    const top = Math.max(...logits);
    const clipped = Array.from({ length: count }, (_, image) => image).filter((image) => {
      const own = (values: readonly number[]) => Math.max(...values.slice(image * 4, image * 4 + 4));
      return own(logits) === top && own(floats.logits) > top;
    });
    expect(clipped).not.toEqual([]);
    const map = maps.get('last') ?? [];
    const cells = map.length / count;
    for (const image of clipped) {
      expect(largest(map.slice(image * cells, (image + 1) * cells))).toBeGreaterThan(0.1 * largest(map));
    }
  });

  it('hooks a module whose ReLU was left to the quantiser behind the clipping', async () => {
    await using explainer = await open('qdq', { layers: ['layer2', 'layer1.0.conv1'], capture: ['activations'] });
    const { captured } = await explainer.explain(images.subarray(0, images.length / count), { count: 1 });
    expect(Math.min(...(captured[0]?.values ?? [-1]))).toBe(0);
    expect(Math.min(...(captured[1]?.values ?? [0]))).toBeLessThan(0);
  });

  it('takes integers by name as the floats that they stand for', async () => {
    const byName = await explained('qdq', { layers: ['/layer2/layer2.0/relu_1/Relu_output_0_QuantizeLinear_Output'] });
    const [map] = byName.maps.values();
    expect(map).toEqual((await explained('qdq')).maps.get('layer2'));
  });

  it('is listed with gradients at every layer', async () => {
    const { layers } = await describeLayers(fileOf('qdq'));
    expect(layers.filter(({ differentiable }) => !differentiable).map(({ name }) => name)).toEqual([]);
  });
});

describe('a file of operators that compute with integers', () => {
  it.each(['qoperator', 'qoperator-channels'])('%s has its own scores and the maps of floats', async (name) => {
    const [integers, floats, own] = [await explained(name), await explained('float'), await ownAnswers(name)];
    // A number that lies between two integers may be rounded to either: by one step, and what that moves.
    expect(distance(integers.logits, own)).toBeLessThan(0.05 * largest(own));
    expect(integers.classes).toEqual(floats.classes);
    for (const layer of ['layer1', 'layer2', 'last']) {
      expect(correlation(integers.maps.get(layer) ?? [], floats.maps.get(layer) ?? [])).toBeGreaterThan(0.97);
    }
  });

  it('has the maps of the same network in pairs', async () => {
    const [integers, pairs] = [await explained('qoperator-channels'), golden.expected.qdq];
    expect(correlation(integers.maps.get('layer2') ?? [], pairs?.layer2.map ?? [])).toBeGreaterThan(0.995);
  });
});

describe('a file that is quantised during the run', () => {
  it('has the scores that it gives to each image alone, and the maps of floats', async () => {
    const [integers, floats, own] = [await explained('dynamic'), await explained('float'), await ownAnswers('dynamic')];
    expect(integers.batchSize).toBe(1);
    expect(distance(integers.logits, own)).toBeLessThan(0.02 * largest(own));
    for (const layer of ['layer1', 'layer2', 'last']) {
      expect(correlation(integers.maps.get(layer) ?? [], floats.maps.get(layer) ?? [])).toBeGreaterThan(0.97);
    }
  });
});

describe('a score that is clipped and given another shape before its softmax', () => {
  /** Pooled as in SqueezeNet; `top` is the largest score that its calibration saw. */
  const pooled = (behind: 'Flatten' | 'Transpose', top?: number) => {
    const model = new TinyModel();
    let x = model.conv(model.input(['n', 3, 8, 8]), '/conv/Conv', 3, 6);
    x = model.node('GlobalAveragePool', [model.conv(x, '/head/Conv', 6, 4)]);
    if (top !== undefined) {
      const zero = model.node('Cast', [model.weight('zero', [], [0])], { attributes: { to: 3 } });
      const grade = [model.weight('scale', [], [top / 127]), zero];
      x = model.node('DequantizeLinear', [model.node('QuantizeLinear', [x, ...grade]), ...grade]);
    }
    x = model.node(behind, [x], { attributes: behind === 'Transpose' ? { perm: [0, 2, 3, 1] } : {} });
    return model.output(model.node('Softmax', [x], { attributes: { axis: -1 } }));
  };

  it.each(['Flatten', 'Transpose'] as const)('behind %s has the maps of the network in floats', async (behind) => {
    const maps = await Promise.all(
      [undefined, 1e-4].map(async (top) => {
        await using explainer = await openTiny(pooled(behind, top), { layers: ['conv'], targets: ['class:2'] });
        const explanation = await explainer.explain(pixels(2), { count: 2 });
        return Array.from(explanation.maps[0]?.values ?? []);
      }),
    );
    const [floats = [], clipped = []] = maps;
    expect(largest(floats)).toBeGreaterThan(0);
    expect(distance(clipped, floats)).toBeLessThan(largest(floats) * 1e-4);
  });
});

describe('an operator with integers that is not read', () => {
  /** As ONNX Runtime saves it after its optimisation: channels last. */
  const optimized = () => {
    const model = new TinyModel();
    const whole = (name: string) => model.node('Cast', [model.weight(name, [], [0])], { attributes: { to: 3 } });
    const [scale, zero] = [model.weight('scale', [], [0.02]), whole('zero')];
    let x = model.conv(model.input(['n', 3, 8, 8]), '/conv/Conv', 3, 6);
    x = model.node('QuantizeLinear', [x, scale, zero]);
    x = model.node('Transpose', [x], { attributes: { perm: [0, 2, 3, 1] } });
    x = model.node('QLinearGlobalAveragePool', [x, scale, zero, scale, zero], {
      name: '/pool/Pool',
      domain: 'com.microsoft',
      attributes: { channels_last: 1 },
    });
    x = model.node('Flatten', [model.node('DequantizeLinear', [x, scale, zero])]);
    return model.output(model.linear(x, '/fc/Gemm', 6, 4));
  };

  it('is refused with what to do, and with the methods that need no gradient', async () => {
    const told = ['QLinearGlobalAveragePool', 'the file from before', 'eigen-cam, score-cam, ablation-cam, reciprocam'];
    await expectRefusal(openTiny(optimized(), { layers: ['conv'] }), 'no-gradient-rule', ...told);
    await expectRefusal(openTiny(optimized()), 'no-spatial-layer', ...told);
  });

  it('refuses integers as a layer', async () => {
    await expectRefusal(
      openTiny(optimized(), { layers: ['Transpose_3_output_0'] }),
      'integer-layer',
      "'Transpose_3_output_0'",
      'layer before',
    );
  });

  it.each(['eigen-cam', 'score-cam', 'ablation-cam'] as const)('has a last layer for %s', async (method) => {
    await using explainer = await openTiny(optimized(), { methods: [method] });
    const { maps } = await explainer.explain(pixels(2), { count: 2 });
    expect(maps.map(({ height, width }) => [height, width])).toEqual([[8, 8]]);
    expect(Math.max(...(maps[0]?.values ?? []).map(Math.abs))).toBeGreaterThan(0);
  });
});
