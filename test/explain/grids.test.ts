import { describe, expect, test } from 'vitest';
import { findGrid, type SpatialGrid } from '../../src/explain/layers/grid.ts';
import { tensorValues } from '../../src/explain/onnx/tensor-data.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { runDirectly } from './direct-run.ts';
import { difference, openTiny } from './open-tiny.ts';
import { pixels, TinyModel } from './tiny-model.ts';

function gridOf(shape: number[], height: number, width = height): SpatialGrid | undefined {
  return findGrid(shape, {
    batchSize: shape[0] ?? 0,
    batchFree: true,
    rows: [],
    input: { name: 'image', layout: 'NCHW', channels: 3, height, width },
  });
}

describe('which axes are the grid', () => {
  test.each<[string, number[], number, number, Partial<SpatialGrid> | undefined]>([
    ['channels first', [8, 512, 7, 7], 224, 224, { layout: 'NCHW', height: 7, width: 7, channels: 512 }],
    ['channels last', [8, 7, 7, 512], 224, 224, { layout: 'NHWC', height: 7, width: 7, channels: 512 }],
    ['channels first, a wide image', [2, 64, 8, 16], 256, 512, { layout: 'NCHW', height: 8, width: 16 }],
    ['channels last, a wide image', [2, 8, 16, 64], 256, 512, { layout: 'NHWC', height: 8, width: 16 }],
    ['channels last, a tall image', [2, 21, 10, 96], 672, 320, { layout: 'NHWC', height: 21, width: 10 }],
    ['odd sizes, rounded up by strides', [1, 32, 10, 13], 300, 400, { layout: 'NCHW', height: 10, width: 13 }],
    ['as many channels as rows: channels first', [8, 7, 7, 7], 224, 224, { layout: 'NCHW', channels: 7 }],
    ['channels last with one channel more than columns', [8, 7, 7, 8], 224, 224, { layout: 'NHWC', channels: 8 }],
    ['neither in proportion: channels first', [8, 20, 5, 9], 224, 224, { layout: 'NCHW', height: 5, width: 9 }],
    ['a single cell', [8, 512, 1, 1], 224, 224, undefined],
    ['a vector', [8, 512], 224, 224, undefined],
    ['five axes', [8, 2, 3, 7, 7], 224, 224, undefined],
    ['an unknown size', [8, -1, 7, 7], 224, 224, undefined],
  ])('%s', (_, shape, height, width, expected) => {
    const grid = gridOf(shape, height, width);
    if (expected === undefined) expect(grid).toBeUndefined();
    else expect(grid).toMatchObject(expected);
  });

  test.each<[string, number, number, number, number, number, number]>([
    ['no prefix', 49, 224, 224, 0, 7, 7],
    ['a class token', 197, 224, 224, 1, 14, 14],
    ['class and distillation tokens', 198, 224, 224, 2, 14, 14],
    ['class and four register tokens', 261, 224, 224, 5, 16, 16],
    ['a class token, a wide image', 129, 128, 256, 1, 8, 16],
    ['no prefix, a tall image', 200, 320, 160, 0, 20, 10],
  ])('tokens with %s', (_, tokens, height, width, prefix, rows, columns) => {
    const grid = gridOf([4, tokens, 96], height, width);
    expect(grid).toEqual({ layout: 'tokens', height: rows, width: columns, channels: 96, prefix });
  });

  test('tokens that tile nothing', () => {
    expect(gridOf([4, 77, 96], 224)).toBeUndefined();
  });

  test('an axis before the channels that does not count the images, as in windowed attention', () => {
    const sizes = {
      batchSize: 2,
      batchFree: true,
      rows: [],
      input: { name: 'x', layout: 'NCHW' as const, channels: 3, height: 224, width: 224 },
    };
    expect(findGrid([128, 49, 96], sizes)).toBeUndefined();
    expect(findGrid([2, 49, 96], sizes)).toBeDefined();
  });
});

/** A convolution, moved into another layout by `move`, summed back to `[N, channels]` by a mean over the axes. */
function inLayout(layout: 'NCHW' | 'NHWC' | 'tokens', prefix = 0): TinyModel {
  const model = new TinyModel({ seed: 'layout' });
  const [height, width] = [4, 8];
  const x = model.conv(model.input(['n', 3, height, width]), 'conv', 3, 6);
  let moved = x;
  if (layout === 'NHWC') moved = model.node('Transpose', [x], { attributes: { perm: [0, 2, 3, 1] } });
  if (layout === 'tokens') {
    const flat = model.node('Reshape', [x, model.ints('flat', [0, 6, height * width])]);
    moved = model.node('Transpose', [flat], { attributes: { perm: [0, 2, 1] } });
    if (prefix > 0) {
      const first = model.node('Slice', [
        moved,
        model.ints('from', [0]),
        model.ints('to', [prefix]),
        model.ints('axis', [1]),
      ]);
      moved = model.node('Concat', [first, moved], { attributes: { axis: 1 } });
    }
  }
  const hooked = model.node('Relu', [moved], { name: 'hooked' });
  const axes = layout === 'NCHW' ? [2, 3] : layout === 'NHWC' ? [1, 2] : [1];
  const pooled = model.node('ReduceMean', [hooked, model.ints('axes', axes)], { attributes: { keepdims: 0 } });
  return model.output(model.linear(pooled, 'fc', 6, 5));
}

test.each<['NHWC' | 'tokens', number]>([
  ['NHWC', 0],
  ['tokens', 0],
  ['tokens', 1],
  ['tokens', 2],
  ['tokens', 5],
])('maps and evidence of %s with %i tokens before the grid are those of NCHW', async (layout, prefix) => {
  const images = pixels(4, 3 * 4 * 8);
  const options = { layers: ['hooked'], targets: ['class:2'], inputSize: { height: 4, width: 8 } };
  await using first = await openTiny(inLayout('NCHW'), options);
  await using other = await openTiny(inLayout(layout, prefix), options);
  expect(other.layers[0]?.grid).toEqual({ height: 4, width: 8, channels: 6 });
  const [a] = (await first.explain(images, { count: 4 })).maps;
  const [b] = (await other.explain(images, { count: 4 })).maps;
  // The mean runs over the repeated tokens too, so that each cell counts for less.
  const scale = (32 + prefix) / 32;
  expect(
    difference(
      b?.values.map((value) => value * scale),
      a?.values,
    ),
  ).toBeLessThan(1e-6);
  expect(difference(b?.evidence, a?.evidence)).toBeLessThan(1e-5);
});

test('a map on a wide image keeps rows and columns apart', async () => {
  const model = inLayout('NCHW');
  const images = pixels(1, 3 * 4 * 8);
  await using explainer = await openTiny(model, {
    layers: ['hooked'],
    targets: ['class:1'],
    inputSize: { height: 4, width: 8 },
  });
  const [map] = (await explainer.explain(images, { count: 1 })).maps;
  const direct = await runDirectly(model.build(), images, [1, 3, 4, 8], await temporaryFolder(), ['hooked_output_0']);
  const activations = direct.hooked_output_0 ?? new Float32Array();
  const stored = model.initializers.find((t) => t.name === 'fc.weight');
  const weights = (stored && tensorValues(stored)) ?? [];
  const expected = Array.from({ length: 32 }, (_, cell) => {
    let sum = 0;
    for (let c = 0; c < 6; c++) sum += ((weights[6 + c] ?? 0) / 32) * (activations[c * 32 + cell] ?? 0);
    return sum;
  });
  expect([map?.height, map?.width]).toEqual([4, 8]);
  expect(difference(map?.values, expected)).toBeLessThan(1e-6);
});
