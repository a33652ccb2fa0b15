/** Layers that a person means: sequences that are one row, attention that is no grid, poolings and class maps that are no layers. */

import { expect, test } from 'vitest';
import { Explainer } from '../../src/explain/explainer.ts';
import { describeLayers } from '../../src/explain/layers/describe.ts';
import { writeModel } from '../../src/explain/onnx/model-file.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { expectRefusal } from './open-tiny.ts';
import { pixels, TinyModel } from './tiny-model.ts';

async function fileOf(model: TinyModel): Promise<string> {
  const file = `${await temporaryFolder()}/model.onnx`;
  await writeModel(model.build(), file);
  return file;
}

/** Where a layer is hooked, and its grid. */
async function hooked(model: TinyModel, layer: string) {
  await using explainer = await Explainer.open({ model: await fileOf(model), layers: [layer] });
  const [found] = explainer.layers;
  return { tensor: found?.tensor, height: found?.grid.height, width: found?.grid.width };
}

const lastOf = (model: TinyModel) => hooked(model, 'last');
const described = async (model: TinyModel) => describeLayers(await fileOf(model));

/** A line of text: columns of a 16 x 16 grid, read one after the other by an LSTM. */
function textLine(columns: (model: TinyModel, features: string) => { sequence: string; width: number }): TinyModel {
  const model = new TinyModel({ seed: 'text line' });
  const features = model.conv(model.input([1, 3, 64, 64]), '/body/Conv', 3, 4, { strides: [4, 4] });
  const { sequence, width } = columns(model, features);
  const first = model.node('Transpose', [sequence], { attributes: { perm: [1, 0, 2] } });
  const weights = [model.weight('w', [1, 24, width]), model.weight('r', [1, 24, 6])];
  const read = model.node('LSTM', [first, ...weights], { name: '/lstm/LSTM', attributes: { hidden_size: 6 } });
  const rows = model.node('Squeeze', [read, model.ints('direction', [1])]);
  const back = model.node('Transpose', [rows], { name: '/lstm/Transpose', attributes: { perm: [1, 0, 2] } });
  const mean = model.node('ReduceMean', [back, model.ints('along', [1])], { attributes: { keepdims: 0 } });
  return model.output(model.linear(mean, '/fc/Gemm', 6, 5));
}

test.each<[string, Parameters<typeof textLine>[0]]>([
  [
    'the mean of each column',
    (model, features) => {
      const mean = model.node('ReduceMean', [features, model.ints('rows', [2])], { attributes: { keepdims: 0 } });
      return { sequence: model.node('Transpose', [mean], { attributes: { perm: [0, 2, 1] } }), width: 4 };
    },
  ],
  [
    'whole columns',
    (model, features) => {
      const flat = model.node('Reshape', [features, model.ints('flat', [1, 64, 16])]);
      return { sequence: model.node('Transpose', [flat], { attributes: { perm: [0, 2, 1] } }), width: 64 };
    },
  ],
])('16 columns of an LSTM over %s are one row, not 4 x 4', async (_, columns) => {
  expect(await lastOf(textLine(columns))).toMatchObject({ height: 1, width: 16 });
});

test('last is a grid of 1 x 48 behind 24 x 96, where only rows were pooled to one', async () => {
  const model = new TinyModel();
  let x = model.conv(model.input([1, 1, 24, 96]), '/body/body.0/Conv', 1, 4, { strides: [2, 1] });
  x = model.conv(x, '/body/body.1/Conv', 4, 4, { strides: [2, 2] });
  x = model.node('MaxPool', [x], {
    name: '/body/body.2/MaxPool',
    attributes: { kernel_shape: [6, 1], strides: [6, 1] },
  });
  model.output(model.pooledHead(x, 4, 5));
  expect(await lastOf(model)).toEqual({ tensor: '/body/body.2/MaxPool_output_0', height: 1, width: 48 });
  expect((await described(model)).suggestions).toContain('body');
});

test('last is what a generalised mean pools, not its bound and its powers', async () => {
  const model = new TinyModel();
  let x = model.conv(model.input([1, 3, 8, 8]), '/body/conv/Conv', 3, 4);
  x = model.node('Relu', [x], { name: '/body/relu/Relu' });
  x = model.node('Clip', [x, model.weight('least', [], [1e-6])], { name: '/gem/Clip' });
  x = model.node('Pow', [x, model.weight('p', [], [3])], { name: '/gem/Pow' });
  x = model.node('GlobalAveragePool', [x], { name: '/gem/Pool' });
  x = model.node('Pow', [x, model.weight('root', [], [1 / 3])], { name: '/gem/Root' });
  model.output(model.linear(model.node('Flatten', [x]), '/fc/Gemm', 4, 5));
  expect((await lastOf(model)).tensor).toBe('/body/relu/Relu_output_0');
  expect((await described(model)).suggestions).toEqual(['body']);
});

/** A node as PyTorch's newer exporter leaves it: its modules stand in the metadata. */
const inModules = (name: string, ...scopes: string[]) => ({
  name,
  output: name.replace(/^node_/, ''),
  metadata: { 'pkg.torch.onnx.name_scopes': `['', ${[...scopes, name].map((scope) => `'${scope}'`).join(', ')}]` },
});

/** A generalised mean whose bound, `relu_<number>` or a Clip, may hold the ReLU before it; `features` says what is bounded. */
function mergedMean(features: (model: TinyModel, x: string) => string, bound: 'Clip' | 'Relu', number = 2): TinyModel {
  const model = new TinyModel({ seed: 'merged' });
  let x = model.conv(model.input([1, 3, 8, 8]), '/stem/Conv', 3, 4);
  x = features(model, model.node('Relu', [x], inModules('node_relu', 'stem')));
  const limits = bound === 'Clip' ? [model.weight('relu_1_min', [], [1e-6])] : [];
  const name = bound === 'Clip' ? 'node_clamp' : `node_relu_${number}`;
  x = model.node(bound, [x, ...limits], inModules(name, 'pool'));
  x = model.node('Pow', [x, model.weight('pool.p', [], [3])], inModules('node_pow_1', 'pool'));
  const axes = model.ints('axes', [2, 3]);
  x = model.node('ReduceMean', [x, axes], { ...inModules('node_mean', 'pool'), attributes: { keepdims: 0 } });
  x = model.node('Pow', [x, model.weight('root', [], [1 / 3])], inModules('node_pow_2', 'pool'));
  return model.output(model.linear(x, 'fc', 4, 5));
}

const convolved = (model: TinyModel, x: string, ...scopes: string[]) =>
  model.node('Conv', [x, model.weight('w', [4, 4, 1, 1])], inModules('node_conv', ...scopes));

function withShortcut(model: TinyModel, x: string): string {
  const own = convolved(model, x, 'features', 'features.0', 'features.0.conv');
  return model.node('Add', [own, x], inModules('node_add', 'features', 'features.0'));
}

test.each<[string, Parameters<typeof mergedMean>]>([
  ['convolution', [(model, x) => convolved(model, x, 'features', 'features.3'), 'Clip']],
  ['convolution, in a ReLU', [(model, x) => convolved(model, x, 'features', 'features.3'), 'Relu']],
  ['shortcut', [withShortcut, 'Clip']],
  ['shortcut, in a ReLU', [withShortcut, 'Relu']],
])('a ReLU behind a %s that was merged into the bound of a mean is the end of its block', async (_, form) => {
  const model = mergedMean(...form);
  const bound = form[1] === 'Clip' ? 'clamp' : 'relu_2';
  expect((await lastOf(model)).tensor).toBe(bound);
  expect((await hooked(model, 'features')).tensor).toBe(bound);
  await using explainer = await Explainer.open({ model: await fileOf(model), layers: ['last'] });
  expect(explainer.layers[0]?.resolvedLayer).toBe('features');
  await expect(hooked(model, 'stem')).resolves.toMatchObject({ tensor: 'relu' });
});

test('a ReLU of the mean itself, before which none is missing, does not belong to the block that it reads', async () => {
  const model = mergedMean(withShortcut, 'Relu', 1);
  expect((await hooked(model, 'features')).tensor).toBe('add');
});

test.each([
  ['a mean over flat cells', 'ReduceMean'],
  ['log-sum-exp over flat cells', 'ReduceLogSumExp'],
])('channels are not taken for tokens by %s', async (_, pooling) => {
  const model = new TinyModel();
  let x = model.conv(model.input([1, 3, 32, 32]), '/features/Conv', 3, 64, { strides: [4, 4] });
  x = model.node('Relu', [x], { name: '/features/Relu' });
  const flat = model.node('Reshape', [x, model.ints('flat', [1, 64, -1])]);
  const scaled = model.node('Mul', [flat, model.weight('five', [], [5])]);
  const options = { attributes: { keepdims: 0 } };
  const mean = model.node(pooling, [scaled, model.ints('cells', [2])], options);
  model.output(model.linear(mean, '/fc/Gemm', 64, 5));
  expect(await lastOf(model)).toEqual({ tensor: '/features/Relu_output_0', height: 8, width: 8 });
});

/**
 * Two branches as CrossViT has them: patches of the picture, and of a smaller copy of it whose patches are no tiling of the picture, each with a
 * class token and a block of attention; the logits are the mean of both.
 */
function twoBranches(): TinyModel {
  const model = new TinyModel({ seed: 'two branches' });
  const image = model.input([2, 3, 20, 20]);
  const sizes = ['', '', model.ints('smaller', [2, 3, 12, 12])];
  const smaller = model.node('Resize', [image, ...sizes], { name: '/Resize', attributes: { mode: 'linear' } });
  const branch = (pixels: string, number: number, patch: number, side: number) => {
    const weights = [model.weight(`patch.${number}`, [6, 3, patch, patch])];
    const patches = model.node('Conv', [pixels, ...weights], {
      name: `/patch_embed.${number}/proj/Conv`,
      attributes: { kernel_shape: [patch, patch], strides: [patch, patch] },
    });
    const rows = model.node('Reshape', [patches, model.ints(`rows.${number}`, [2, 6, side * side])]);
    const cells = model.node('Transpose', [rows], { attributes: { perm: [0, 2, 1] } });
    const token = model.weight(`cls_token.${number}`, [2, 1, 6]);
    const x = model.node('Concat', [token, cells], { attributes: { axis: 1 } });
    const linear = (from: string, name: string) =>
      model.node('MatMul', [from, model.weight(`${number}.${name}`, [6, 6])], {
        name: `/blocks.0/blocks.0.blocks.${number}/${name}/MatMul`,
      });
    const key = model.node('Transpose', [linear(x, 'key')], { attributes: { perm: [0, 2, 1] } });
    const scores = model.node('MatMul', [linear(x, 'query'), key]);
    const read = model.node('MatMul', [
      model.node('Softmax', [scores], { attributes: { axis: -1 } }),
      linear(x, 'value'),
    ]);
    const block = model.node('Add', [x, read], { name: `/blocks.0/blocks.0.blocks.${number}/Add` });
    // The class token reads the patches once more.
    const query = model.node('Gather', [block, model.ints(`first.${number}`, [0])], { attributes: { axis: 1 } });
    const across = model.node('Transpose', [block], { attributes: { perm: [0, 2, 1] } });
    const looks = model.node('Softmax', [model.node('MatMul', [query, across])], { attributes: { axis: -1 } });
    const seen = model.node('Reshape', [model.node('MatMul', [looks, block]), model.ints(`seen.${number}`, [2, 6])]);
    return model.linear(seen, `/head.${number}/Gemm`, 6, 5);
  };
  const logits = [branch(image, 0, 4, 5), branch(smaller, 1, 3, 4)];
  return model.output(model.node('Mean', logits, { name: '/Mean' }));
}

test('the two branches of CrossViT have a grid each, of 5 x 5 and of 4 x 4 patches behind a class token', async () => {
  const blocks = ['blocks.0.blocks.0', 'blocks.0.blocks.1'];
  const layers = [...blocks, 'last'];
  await using explainer = await Explainer.open({ model: await fileOf(twoBranches()), layers });
  const grids = explainer.layers.map(({ grid, shape }) => [shape[1], grid.height, grid.width, grid.channels]);
  expect(grids.slice(0, 2)).toEqual([
    [26, 5, 5, 6],
    [17, 4, 4, 6],
  ]);
  // The branches meet behind their grids: either of them is the last.
  expect(blocks).toContain(explainer.layers[2]?.resolvedLayer);
  expect(grids.slice(0, 2)).toContainEqual(grids[2]);
  const { maps } = await explainer.explain(pixels(2, 3 * 20 * 20), { count: 2 });
  for (const { values, height, width } of maps) {
    expect(values).toHaveLength(2 * height * width);
    expect(values.some((value) => value !== 0)).toBe(true);
  }
});

/** Test-time augmentation: the mean of what one network says of a picture and of its mirror image; `mirrored` says which of the two comes last. */
function withMirrorImage(mirror: 'Slice' | 'Gather', order: readonly ('upright' | 'mirrored')[]): TinyModel {
  const model = new TinyModel({ seed: 'mirror' });
  const image = model.input([2, 3, 8, 8]);
  const weight = model.weight('body.weight', [4, 3, 3, 3]);
  const turned = () =>
    mirror === 'Slice'
      ? model.node('Slice', [image, ...[-1, -9, 3, -1].map((n, i) => model.ints(`slice.${i}`, [n]))], { name: '/flip' })
      : model.node('Gather', [image, model.ints('back', [7, 6, 5, 4, 3, 2, 1, 0])], {
          name: '/flip',
          attributes: { axis: 3 },
        });
  const logits = order.map((way, i) => {
    const pixels = way === 'upright' ? image : turned();
    const options = { name: `/body/${way}/Conv`, attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] } };
    const features = model.node('Conv', [pixels, weight], options);
    const active = model.node('Abs', [features], { name: `/body/${way}/Abs` });
    const pooled = model.node('Flatten', [model.node('GlobalAveragePool', [active])]);
    return model.linear(pooled, `/fc/${i}/Gemm`, 4, 5);
  });
  return model.output(model.node('Mean', logits));
}

test.each<[string, ...Parameters<typeof withMirrorImage>]>([
  ['before it', 'Slice', ['upright', 'mirrored']],
  ['after it', 'Slice', ['mirrored', 'upright']],
  ['before it, by a Gather', 'Gather', ['upright', 'mirrored']],
])('last is over the picture, not over its mirror image, where the picture comes %s', async (_, mirror, order) => {
  const model = await fileOf(withMirrorImage(mirror, order));
  await using last = await Explainer.open({ model, layers: ['last'] });
  expect(last.layers[0]?.tensor).toContain('upright');
  expect(last.warnings).toEqual([]);
  await using named = await Explainer.open({ model, layers: ['body.mirrored'] });
  expect(named.warnings).toEqual([
    expect.stringMatching(/'body.mirrored'.*mirrored copy.*(Slice|Gather) '\/flip'.*last/),
  ]);
});

type View = 'turned' | 'cut';

/** The mean of what one network says of a picture and of another view of it, or of that view alone. */
function withView(view: View, order: readonly ('whole' | View)[]): TinyModel {
  const model = new TinyModel({ seed: 'view' });
  const image = model.input([2, 3, 8, 8]);
  const less = model.node('Sub', [image, model.weight('mean', [1], [0.5])], { name: '/normalise' });
  const weight = model.weight('body.weight', [4, 3, 3, 3]);
  const seen = () => {
    if (view === 'turned') {
      return model.node('Transpose', [less], { name: '/view', attributes: { perm: [0, 1, 3, 2] } });
    }
    const bounds = [
      [1, 1],
      [7, 7],
      [2, 3],
    ].map((values, i) => model.ints(`bound.${i}`, values));
    return model.node('Slice', [less, ...bounds], { name: '/view' });
  };
  const logits = order.map((way, i) => {
    const options = { name: `/body/${way}/Conv`, attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] } };
    const features = model.node('Conv', [way === 'whole' ? less : seen(), weight], options);
    const active = model.node('Abs', [features], { name: `/body/${way}/Abs` });
    const pooled = model.node('Flatten', [model.node('GlobalAveragePool', [active])]);
    return model.linear(pooled, `/fc/${i}/Gemm`, 4, 5);
  });
  return model.output(model.node('Mean', logits));
}

test.each<[View, string]>([
  ['turned', 'Transpose'],
  ['cut', 'Slice'],
])('last is over the picture as it is, not over a %s copy of it', async (view, node) => {
  for (const order of [
    ['whole', view],
    [view, 'whole'],
  ] as const) {
    const model = await fileOf(withView(view, order));
    await using last = await Explainer.open({ model, layers: ['last'] });
    expect(last.layers[0]?.tensor).toContain('whole');
    expect(last.warnings).toEqual([]);
    await using named = await Explainer.open({ model, layers: [`body.${view}`] });
    expect(named.warnings).toEqual([expect.stringMatching(`${view} copy of the picture \\(${node} '/view'`)]);
  }
  const only = await fileOf(withView(view, [view]));
  await using explainer = await Explainer.open({ model: only, layers: ['last'] });
  expect(explainer.warnings).toEqual([expect.stringMatching(`'last' is hooked where.*${view} copy`)]);
});

test('a picture on its side that is set upright again is the picture', async () => {
  const model = new TinyModel({ seed: 'twice' });
  let x = model.input([2, 3, 8, 8]);
  for (let i = 0; i < 2; i += 1) x = model.node('Transpose', [x], { attributes: { perm: [0, 1, 3, 2] } });
  const file = await fileOf(model.output(model.pooledHead(model.conv(x, '/body/Conv', 3, 4), 4, 5)));
  await using explainer = await Explainer.open({ model: file, layers: ['last'] });
  expect(explainer.warnings).toEqual([]);
});

test('several views of a picture in one batch are said to be why no layer has maps', async () => {
  const model = new TinyModel({ seed: 'batched' });
  const image = model.input([2, 3, 8, 8]);
  const back = model.node('Gather', [image, model.ints('back', [7, 6, 5, 4, 3, 2, 1, 0])], { attributes: { axis: 3 } });
  const both = model.node('Concat', [image, back], { name: '/both', attributes: { axis: 0 } });
  const logits = model.pooledHead(model.conv(both, '/body/Conv', 3, 4), 4, 5);
  const views = model.node('Reshape', [logits, model.ints('views', [2, 2, 5])]);
  model.output(model.node('ReduceMean', [views, model.ints('first', [0])], { attributes: { keepdims: 0 } }));
  const reason = "several copies of each picture into one batch (Concat '/both'";
  await expectRefusal(hooked(model, 'last'), 'no-spatial-layer', reason);
  await expectRefusal(hooked(model, 'body'), 'no-spatial-grid', reason);
});

test('a model that turns every picture has its last layer, and says that its maps are mirrored', async () => {
  const model = await fileOf(withMirrorImage('Slice', ['mirrored']));
  await using explainer = await Explainer.open({ model, layers: ['last'] });
  expect(explainer.warnings).toEqual([expect.stringMatching(/'last' is hooked where.*mirrored copy/)]);
});

test('last is what a convolution makes class maps of, not the class maps', async () => {
  const model = new TinyModel();
  let x = model.conv(model.input([1, 3, 8, 8]), '/features/conv/Conv', 3, 4);
  x = model.node('Relu', [x], { name: '/features/relu/Relu' });
  x = model.conv(x, '/classifier/conv/Conv', 4, 5);
  x = model.node('Relu', [x], { name: '/classifier/relu/Relu' });
  model.output(model.node('Flatten', [model.node('GlobalAveragePool', [x])]));
  expect((await lastOf(model)).tensor).toBe('/features/relu/Relu_output_0');
});

/** Stages that are never called themselves, with attention over 4 x 4 cells in the second: 16 x 16 weights. */
function withAttention(): TinyModel {
  const model = new TinyModel({ seed: 'attention' });
  let x = model.conv(model.input([1, 3, 16, 16]), '/net/stages.0/Conv', 3, 6);
  x = model.conv(x, '/net/stages.1/conv/Conv', 6, 6, { strides: [4, 4] });
  const flat = model.node('Reshape', [x, model.ints('heads', [1, 2, 3, 16])], { name: '/net/stages.1/attn/Reshape' });
  const turned = model.node('Transpose', [flat], {
    name: '/net/stages.1/attn/Transpose',
    attributes: { perm: [0, 1, 3, 2] },
  });
  const scores = model.node('MatMul', [turned, flat], { name: '/net/stages.1/attn/scores/MatMul' });
  const weights = model.node('Softmax', [scores], {
    name: '/net/stages.1/attn/softmax/Softmax',
    attributes: { axis: -1 },
  });
  const read = model.node('MatMul', [flat, weights], { name: '/net/stages.1/attn/read/MatMul' });
  x = model.node('Reshape', [read, model.ints('grid', [1, 6, 4, 4])], { name: '/net/stages.1/out/Reshape' });
  return model.output(model.pooledHead(x, 6, 5));
}

test('attention matrices have no grid and are not suggested', async () => {
  const { layers, suggestions } = await described(withAttention());
  const attention = layers.filter(({ name }) => /attn\.(scores|softmax)$/.test(name));
  expect(attention.map(({ shape, grid }) => [shape, grid])).toEqual([
    [[1, 2, 16, 16], null],
    [[1, 2, 16, 16], null],
  ]);
  expect(suggestions).toEqual(['net.stages.0', 'net']);
  const named = hooked(withAttention(), 'net.stages.1.attn.softmax');
  await expectRefusal(named, 'no-spatial-grid', '[1, 2, 16, 16]');
});

test.each([
  ['net.stages[-1]', '/net/stages.1/out/Reshape_output_0'],
  ['net.stages[0]', '/net/stages.0/Conv_output_0'],
  ['stages[-2]', '/net/stages.0/Conv_output_0'],
  ['stages[1].conv', '/net/stages.1/conv/Conv_output_0'],
])('%s counts in a container that is never called itself', async (layer, tensor) => {
  expect((await hooked(withAttention(), layer)).tensor).toBe(tensor);
});

test('last is what the pools of a pyramid read, not its finest level', async () => {
  const model = new TinyModel();
  const features = model.conv(model.input([1, 3, 24, 24]), '/body/Conv', 3, 4, { strides: [2, 2] });
  const levels = [1, 2, 3].map((cells) => {
    const side = 12 / cells;
    const attributes = { kernel_shape: [side, side], strides: [side, side] };
    return model.node('Flatten', [model.node('AveragePool', [features], { name: `/p${cells}/Pool`, attributes })]);
  });
  const joined = model.node('Concat', levels, { attributes: { axis: 1 } });
  model.output(model.linear(joined, '/fc/Gemm', 4 * 14, 5));
  expect(await lastOf(model)).toEqual({ tensor: '/body/Conv_output_0', height: 12, width: 12 });
  expect((await described(model)).suggestions).toEqual(['body']);
});

test('the levels of a pyramid inside the network are no suggestions, and its class maps are not last', async () => {
  const model = new TinyModel();
  const features = model.conv(model.input([1, 3, 24, 24]), '/body/Conv', 3, 4, { strides: [2, 2] });
  const scale = (factor: number) => model.weight(`scale ${factor}`, [4], [1, 1, factor, factor]);
  const enlarged = (x: string, factor: number, name: string) =>
    model.node('Resize', [x, '', scale(factor)], { name, attributes: { mode: 'linear' } });
  const levels = [2, 3].map((cells) => {
    const side = 12 / cells;
    const attributes = { kernel_shape: [side, side], strides: [side, side] };
    const pooled = model.node('AveragePool', [features], { name: `/pyramid/${cells}/Pool`, attributes });
    return enlarged(model.conv(pooled, `/pyramid/${cells}/Conv`, 4, 2), side, `/pyramid/${cells}/Resize`);
  });
  const joined = model.node('Concat', [features, ...levels], { name: '/pyramid/Concat', attributes: { axis: 1 } });
  const bottleneck = model.conv(joined, '/bottleneck/Conv', 8, 6);
  const classMaps = enlarged(model.conv(bottleneck, '/classes/Conv', 6, 5), 2, '/Resize');
  model.output(model.node('Flatten', [model.node('GlobalAveragePool', [classMaps])]));
  expect(await lastOf(model)).toEqual({ tensor: '/bottleneck/Conv_output_0', height: 12, width: 12 });
  expect((await described(model)).suggestions).toEqual(['bottleneck']);
});
