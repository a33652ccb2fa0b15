/** Precision float16, simulated on the CPU: each operator in float32 between roundings. */

import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { halve } from '../../src/explain/half-precision.ts';
import { ElementType } from '../../src/explain/onnx/element-type.ts';
import { inferTypes } from '../../src/explain/onnx/simplify.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { deviations } from './agreement/compare.ts';
import { readGolden, withModel } from './agreement/golden.ts';
import { openTiny } from './open-tiny.ts';
import { inputName, pixels, smallClassifier, TinyModel } from './tiny-model.ts';

const half = { precision: 'float16', simulated: true } as const;
const goldens = path.join(import.meta.dirname, '../goldens/thin');

/** Operators of a halved model with the types of what they make. */
async function halvedOperators(tiny: TinyModel): Promise<Record<string, 'float16' | 'float32' | undefined>> {
  const folder = await temporaryFolder();
  await mkdir(folder, { recursive: true });
  const model = tiny.build();
  await halve(model, new Set(model.graph.node), folder);
  const types = await inferTypes(model, folder);
  const name = (type: number | undefined) =>
    type === ElementType.float16 ? 'float16' : type === ElementType.float32 ? 'float32' : undefined;
  const made = model.graph.node.filter(({ opType }) => opType !== 'Cast');
  return Object.fromEntries(
    made.map(({ opType, output }) => [opType, name(types.get(output[0] ?? '')?.elementType)] as const),
  );
}

describe('which operators run in half', () => {
  it('products and what follows them do, sums and normalisation do not', async () => {
    const model = new TinyModel();
    model.input([2, 3, 4, 4]);
    let x = model.conv(inputName, 'conv', 3, 4);
    x = model.node('Relu', [x]);
    x = model.node('Softmax', [x]);
    x = model.node('Tanh', [x]);
    x = model.node('ReduceMean', [x, model.ints('axes', [2, 3])], { attributes: { keepdims: 0 } });
    x = model.linear(x, 'fc', 4, 5);
    x = model.node('Sigmoid', [x]);
    model.output(x);
    expect(await halvedOperators(model)).toEqual({
      Conv: 'float16',
      Relu: 'float16',
      Softmax: 'float32',
      // It follows a softmax, and so stays with it.
      Tanh: 'float32',
      ReduceMean: 'float32',
      Gemm: 'float16',
      Sigmoid: 'float16',
    });
  });

  it.each([
    [1e-30, 'float32'],
    [1e30, 'float32'],
    [0, 'float16'],
    [0.5, 'float16'],
  ])('a sum with the constant %d runs in %s', async (value, expected) => {
    const model = new TinyModel();
    model.input([2, 3, 4, 4]);
    const x = model.conv(inputName, 'conv', 3, 4);
    model.output(model.node('Add', [x, model.weight('number', [], [value])]));
    expect(await halvedOperators(model)).toEqual({ Conv: 'float16', Add: expected });
  });
});

describe('maps in float16', () => {
  // Networks without gates: a rounding that flips one changes a whole cell (docs/decisions/0013-precision.md has all of them).
  it.each(['convnext', 'swin', 'vit'])('%s is near PyTorch', async (name) => {
    const golden = await readGolden(goldens, name);
    const found = await withModel(goldens, golden, (model) => deviations(model, golden, half));
    const largest = (wanted: string) => Math.max(...found.filter(({ what }) => what === wanted).map((d) => d.share));
    expect(largest('class')).toBe(0);
    expect(largest('logits')).toBeLessThan(0.01);
    expect(largest('map')).toBeLessThan(0.01);
    expect(largest('map')).toBeGreaterThan(1e-4);
  });

  it('keep gradients that float16 would lose', async () => {
    // Behind a last layer this small, each cell's gradient is about 1e-8.
    const tiny = smallClassifier();
    const weight = tiny.initializers.find(({ name }) => name === '/fc/Gemm.weight');
    if (weight === undefined) throw new Error('no last layer');
    const values = new Float32Array(30).map((_, i) => ((i % 7) - 3) * 2 ** -24);
    weight.floatData = [...values];
    weight.rawData = new Uint8Array();
    const options = { layers: ['features.0', 'last'], capture: ['gradients' as const] };
    await using full = await openTiny(tiny, options);
    await using rounded = await openTiny(tiny, { ...options, ...half });
    const [expected, actual] = [
      await full.explain(pixels(4), { count: 4 }),
      await rounded.explain(pixels(4), { count: 4 }),
    ];
    for (const [i, { gradientPeak }] of expected.maps.entries()) {
      for (const [image, peak] of gradientPeak.entries()) {
        expect(peak).toBeGreaterThan(0);
        expect(Math.abs((actual.maps[i]?.gradientPeak[image] ?? 0) / peak - 1)).toBeLessThan(0.1);
      }
    }
    const largest = (values: Float32Array | undefined) => Math.max(...(values ?? []).map(Math.abs));
    for (const [i, { values }] of expected.captured.entries()) {
      expect(Math.abs(largest(actual.captured[i]?.values) / largest(values) - 1)).toBeLessThan(0.1);
    }
  });

  it.each(['grad-cam++', 'layercam', 'xgrad-cam', 'fullgrad', 'finer-cam', 'cam'] as const)(
    '%s comes out at its own scale',
    async (method) => {
      const options = { layers: ['features.1'], methods: [method] };
      const layers = method === 'cam' ? ['last'] : options.layers;
      await using full = await openTiny(smallClassifier(), { ...options, layers });
      await using rounded = await openTiny(smallClassifier(), { ...options, layers, ...half });
      const [expected] = (await full.explain(pixels(4), { count: 4 })).maps;
      const [actual] = (await rounded.explain(pixels(4), { count: 4 })).maps;
      const scale = Math.max(...(expected?.values ?? []).map(Math.abs));
      const off = (expected?.values ?? new Float32Array()).map((value, i) =>
        Math.abs(value - (actual?.values[i] ?? Number.NaN)),
      );
      expect(scale).toBeGreaterThan(0);
      expect(Math.max(...off) / scale).toBeLessThan(0.1);
    },
  );
});
