/** What `last` means, and what is said of layers of which the score reads the class token alone. */

import { describe, expect, test } from 'vitest';
import { describeLayers } from '../../src/explain/layers/describe.ts';
import type { AttributeValue } from '../../src/explain/onnx/attributes.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { openTiny, tensorOf } from './open-tiny.ts';
import { pixels, smallClassifier, TinyModel } from './tiny-model.ts';

const [batch, width, prefix] = [2, 6, 1];
const tokens = prefix + 16;

/** How the scores are read from `[2, 17, 6]`: a vector a picture. */
const heads: Record<string, (model: TinyModel, x: string) => string> = {
  'a Gather with one index': (model, x) =>
    model.node('Gather', [x, model.ints('first', [0], [])], { name: '/pick/Gather', attributes: { axis: 1 } }),
  'a Gather counted from the end': (model, x) =>
    model.node('Gather', [x, model.ints('first', [-tokens], [])], { name: '/pick/Gather', attributes: { axis: 1 } }),
  'a Slice': (model, x) => {
    const cut = model.node('Slice', [x, model.ints('from', [0]), model.ints('to', [1]), model.ints('along', [1])]);
    return model.node('Squeeze', [cut, model.ints('gone', [1])]);
  },
  'a Gather behind a linear layer over flattened tokens': (model, x) => {
    const flat = model.node('Reshape', [x, model.ints('flat', [batch * tokens, width])]);
    const mixed = model.linear(flat, 'mixed', width, width);
    const back = model.node('Reshape', [mixed, model.ints('back', [batch, tokens, width])]);
    return model.node('Gather', [back, model.ints('first', [0], [])], { attributes: { axis: 1 } });
  },
  'a Gather behind a transposition': (model, x) => {
    const turned = model.node('Transpose', [x], { attributes: { perm: [1, 0, 2] } });
    return model.node('Gather', [turned, model.ints('first', [0], [])], { attributes: { axis: 0 } });
  },
};

/** Three blocks of attention and a linear layer over a class token and 4 x 4 patches, named as timm names them. */
function transformer(
  head: (model: TinyModel, x: string) => string,
  { side, ...grid }: Record<string, AttributeValue> & { side: number } = { side: 8, strides: [2, 2] },
): TinyModel {
  const model = new TinyModel({ seed: 'transformer' });
  const image = model.input([batch, 3, side, side]);
  const patches = model.conv(image, '/patch_embed/Conv', 3, width, grid);
  const rows = model.node('Reshape', [patches, model.ints('rows', [batch, width, 16])]);
  const cells = model.node('Transpose', [rows], { attributes: { perm: [0, 2, 1] } });
  let x = model.node('Concat', [model.weight('class', [batch, 1, width]), cells], { attributes: { axis: 1 } });
  for (const i of [0, 1, 2]) {
    const block = `/blocks/blocks.${i}`;
    const linear = (from: string, name: string) =>
      model.node('MatMul', [from, model.weight(`${i}.${name}`, [width, width])], { name: `${block}/${name}/MatMul` });
    const normal = model.node('LayerNormalization', [x, model.weight(`${i}.scale`, [width])], {
      name: `${block}/norm1/Norm`,
    });
    const key = model.node('Transpose', [linear(normal, 'key')], {
      name: `${block}/turn`,
      attributes: { perm: [0, 2, 1] },
    });
    const scores = model.node('MatMul', [linear(normal, 'query'), key], { name: `${block}/scores` });
    const weights = model.node('Softmax', [scores], { name: `${block}/softmax`, attributes: { axis: -1 } });
    const read = model.node('MatMul', [weights, linear(normal, 'value')], { name: `${block}/read` });
    const added = model.node('Add', [x, linear(read, 'proj')], { name: `${block}/Add` });
    const active = model.node('Tanh', [linear(added, 'fc1')], { name: `${block}/act/Tanh` });
    x = model.node('Add', [added, linear(active, 'fc2')], { name: `${block}/Add_1` });
  }
  const picked = head(
    model,
    model.node('LayerNormalization', [x, model.weight('scale', [width])], { name: '/norm/Norm' }),
  );
  return model.output(model.linear(picked, '/head/Gemm', width, 5));
}

describe('a transformer that reads its class token', () => {
  test.each(Object.entries(heads))('by %s: last is the block before the last', async (_, head) => {
    const model = transformer(head);
    await using explainer = await openTiny(model, {
      layers: ['last', 'blocks.2', 'norm', 'blocks.1', 'blocks.2.norm1'],
    });
    const working = Object.fromEntries(explainer.layers.map(({ layer, workingLayer }) => [layer, workingLayer]));
    expect(explainer.layers[0]).toMatchObject({ resolvedLayer: 'blocks.1', tensor: '/blocks/blocks.1/Add_1_output_0' });
    expect(explainer.layers.slice(1).some(({ resolvedLayer }) => resolvedLayer !== undefined)).toBe(false);
    expect(explainer.maps.filter(({ resolvedLayer }) => resolvedLayer === 'blocks.1')).toHaveLength(1);
    expect(working).toEqual({
      last: undefined,
      'blocks.2': 'blocks.1',
      norm: 'blocks.1',
      'blocks.1': undefined,
      'blocks.2.norm1': undefined,
    });
    // What is foreseen without a run is what a run gives.
    const { maps } = await explainer.explain(pixels(2), { count: 2 });
    for (const map of maps) {
      expect(map.workingLayer).toBe(working[map.layer]);
      expect(map.gradientPeak.every((peak) => peak === 0)).toBe(map.workingLayer !== undefined);
    }
  });

  test('whose patches leave a rest of the image has their grid', async () => {
    // 4 x 4 patches of 3 x 3 pixels on 14 x 14.
    const model = transformer((m, x) => heads['a Slice']?.(m, x) ?? x, {
      side: 14,
      strides: [3, 3],
      pads: [0, 0, 0, 0],
    });
    await using explainer = await openTiny(model, { layers: ['last'], inputSize: { height: 14, width: 14 } });
    expect(explainer.layers[0]).toMatchObject({ resolvedLayer: 'blocks.1', grid: { height: 4, width: 4 } });
  });

  test('the list of layers says which read nothing but it, and suggests others', async () => {
    const file = await transformer((model, x) => heads['a Slice']?.(model, x) ?? x).write(await temporaryFolder());
    const { layers, suggestions } = await describeLayers(file, { batchSize: 2, inputSize: { height: 8, width: 8 } });
    const reasonAt = (name: string) => layers.find((layer) => layer.name === name)?.reason;
    expect(reasonAt('blocks.1')).toBeNull();
    expect(reasonAt('blocks.2')).toContain('class token');
    expect(suggestions.at(-1)).toBe('blocks.1');
  });
});

describe('a transformer that reads all its tokens', () => {
  test('by their mean: last is the normalisation at the end', async () => {
    const mean = (model: TinyModel, x: string) =>
      model.node('ReduceMean', [x, model.ints('axes', [1])], { name: '/pool/Mean', attributes: { keepdims: 0 } });
    await using explainer = await openTiny(transformer(mean), { layers: ['last', 'blocks.2'] });
    expect(explainer.layers.map(({ tensor, workingLayer }) => [tensor, workingLayer])).toEqual([
      ['/norm/Norm_output_0', undefined],
      ['/blocks/blocks.2/Add_1_output_0', undefined],
    ]);
  });

  test('by the mean of its patches: last is the layer that they are cut from', async () => {
    const cutAndMean = (model: TinyModel, x: string) => {
      const ends = [model.ints('from', [1]), model.ints('to', [tokens]), model.ints('along', [1])];
      const cut = model.node('Slice', [x, ...ends], { name: '/Slice' });
      return model.node('ReduceMean', [cut, model.ints('axes', [1])], { attributes: { keepdims: 0 } });
    };
    expect(await tensorOf(transformer(cutAndMean), 'last')).toBe('/norm/Norm_output_0');
  });
});

test('last is where all goes through, not a branch beside a shortcut', async () => {
  const model = new TinyModel();
  const stem = model.node('Relu', [model.conv(model.input(['n', 3, 8, 8]), '/stem/Conv', 3, 4)], {
    name: '/stem/Relu',
  });
  const branch = model.conv(stem, '/branch/Conv', 4, 4);
  const pooled = (x: string) => model.node('GlobalAveragePool', [x]);
  const both = model.node('Add', [pooled(stem), pooled(branch)]);
  model.output(model.linear(model.node('Flatten', [both]), 'fc', 4, 5));
  expect(await tensorOf(model, 'last')).toBe('/stem/Relu_output_0');
});

test('a single layer knows what is suggested before it, on a larger grid; several need none', async () => {
  const earlier = async (layers: string[]) => {
    await using explainer = await openTiny(smallClassifier(), { layers });
    return explainer.layers.map(({ earlierLayer }) => earlierLayer);
  };
  expect(await earlier(['last'])).toEqual(['features.1']);
  expect(await earlier(['features.0'])).toEqual([undefined]);
  expect(await earlier(['last', 'features.1'])).toEqual([undefined, undefined]);
});

test('last of a plain network is its last grid', async () => {
  expect(await tensorOf(smallClassifier(), 'last')).toBe('/features/features.4/Relu_output_0');
});
