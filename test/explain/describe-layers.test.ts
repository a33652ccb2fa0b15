import { describe, expect, test } from 'vitest';
import { describeLayers, type ModelDescription } from '../../src/explain/layers/describe.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { openTiny } from './open-tiny.ts';
import { smallClassifier, TinyModel } from './tiny-model.ts';

async function described(model: TinyModel, options?: Parameters<typeof describeLayers>[1]): Promise<ModelDescription> {
  return describeLayers(await model.write(await temporaryFolder()), options);
}

test('modules come before what is inside them, in the order in which they run', async () => {
  const { layers } = await described(smallClassifier());
  expect(layers.map(({ name, depth, kind }) => `${'  '.repeat(depth)}${name}${kind === 'node' ? ' *' : ''}`)).toEqual([
    'features',
    '  features.0',
    '    /features/features.0/Conv *',
    '  features.1',
    '    /features/features.1/Relu *',
    '  features.2',
    '    /features/features.2/MaxPool *',
    '  features.3',
    '    /features/features.3/Conv *',
    '  features.4',
    '    /features/features.4/Relu *',
    'avgpool',
    '  /avgpool/GlobalAveragePool *',
    '/Flatten *',
    'fc',
    '  /fc/Gemm *',
  ]);
});

test('each with its operator, shape and grid', async () => {
  const { layers } = await described(smallClassifier());
  const of = (name: string) => layers.find((layer) => layer.name === name);
  expect(of('features')).toEqual({
    name: 'features',
    holdsNorm: false,
    kind: 'module',
    operator: 'Relu',
    shape: [1, 6, 4, 4],
    grid: { height: 4, width: 4, channels: 6 },
    differentiable: true,
    reason: null,
    depth: 0,
    suggested: true,
  });
  expect(of('features.0')).toMatchObject({ operator: 'Conv', shape: [1, 4, 8, 8], suggested: false });
  expect(of('fc')).toMatchObject({ operator: 'Gemm', shape: [1, 5], grid: null, differentiable: true });
});

test('suggests the last layer of each size, by the shortest name', async () => {
  expect((await described(smallClassifier())).suggestions).toEqual(['features.1', 'features']);
});

test('suggests a block as a whole rather than a part of the next one that has its size too', async () => {
  const model = new TinyModel();
  let x = model.conv(model.input(['n', 3, 16, 16]), '/block.0/Conv', 3, 4);
  x = model.conv(x, '/block.1/block.1.0/Conv', 4, 4);
  x = model.node('MaxPool', [x], {
    name: '/block.1/block.1.1/MaxPool',
    attributes: { kernel_shape: [2, 2], strides: [2, 2] },
  });
  x = model.node('GlobalAveragePool', [x], { name: '/pool/GlobalAveragePool' });
  model.output(model.linear(model.node('Flatten', [x]), '/fc/Gemm', 4, 5));
  expect((await described(model)).suggestions).toEqual(['block.0', 'block.1']);
});

test('suggests nodes where the file names no modules', async () => {
  const model = new TinyModel();
  let x = model.conv(model.input(['n', 3, 8, 8]), 'Conv_0', 3, 4);
  x = model.node('Relu', [x], { name: 'Relu_1' });
  x = model.node('GlobalAveragePool', [x], { name: 'GlobalAveragePool_2' });
  model.output(model.linear(model.node('Flatten', [x], { name: 'Flatten_3' }), 'Gemm_4', 4, 5));
  const { layers, suggestions } = await described(model);
  expect(suggestions).toEqual(['Relu_1']);
  expect(layers.every((layer) => layer.kind === 'node' && layer.depth === 0)).toBe(true);
});

describe('the model', () => {
  test.each<[string, string[], 'softmax' | 'sigmoid' | 'none']>([
    ['with Softmax', ['Softmax'], 'softmax'],
    ['with Sigmoid', ['Sigmoid'], 'sigmoid'],
    ['without an activation', [], 'none'],
  ])('%s', async (_, end, activation) => {
    const { input, output } = await described(smallClassifier({ end }));
    expect(input).toEqual({ name: 'input', layout: 'NCHW', channels: 3, height: 8, width: 8 });
    expect(output).toEqual({
      name: end.length === 0 ? '/fc/Gemm_output_0' : `/${end[0]}_output_0`,
      classCount: 5,
      activation,
    });
  });

  test('of free size is described at the size asked for', async () => {
    const model = new TinyModel();
    const x = model.conv(model.input(['n', 3, 'h', 'w']), '/conv/Conv', 3, 4);
    model.output(model.pooledHead(x, 4, 1));
    const { input, output, layers } = await described(model, { inputSize: { height: 6, width: 10 } });
    expect(input).toMatchObject({ height: 6, width: 10 });
    expect(layers[0]?.grid).toEqual({ height: 6, width: 10, channels: 4 });
    expect(output.classCount).toBe(2);
  });
});

describe('left out', () => {
  test('constants and shape arithmetic, whose later layers keep their shapes', async () => {
    const model = new TinyModel();
    const x = model.conv(model.input(['n', 3, 8, 8]), '/conv/Conv', 3, 4);
    const shape = model.node('Shape', [x], { name: '/Shape' });
    const batch = model.node('Gather', [shape, model.ints('zero', [0])], { name: '/Gather' });
    const target = model.node('Concat', [batch, model.ints('tail', [4, -1])], {
      name: '/Concat',
      attributes: { axis: 0 },
    });
    const flat = model.node('Reshape', [x, target], { name: '/Reshape' });
    const grid = model.node('Reshape', [flat, model.ints('grid', [0, 4, 8, 8])], { name: '/Reshape_1' });
    model.output(model.pooledHead(grid, 4, 5));
    const { layers } = await described(model);
    const nodes = layers.filter((layer) => layer.kind === 'node').map(({ name, shape: s }) => [name, s]);
    expect(nodes).toEqual([
      ['/conv/Conv', [1, 4, 8, 8]],
      ['/Reshape', [1, 4, 64]],
      ['/Reshape_1', [1, 4, 8, 8]],
      ['/avgpool/GlobalAveragePool', [1, 4, 1, 1]],
      ['/Flatten', [1, 4]],
      ['/fc/Gemm', [1, 5]],
    ]);
  });

  test('nodes that Gradline itself adds to old files', async () => {
    const model = new TinyModel({ opset: 7 });
    let x = model.conv(model.input(['n', 3, 8, 8]), '/conv/Conv', 3, 4);
    x = model.node('Clip', [x], { name: '/clip/Clip', attributes: { min: { float: 0 }, max: { float: 6 } } });
    x = model.node('Softmax', [x], { name: '/gate/Softmax', attributes: { axis: 2 } });
    model.output(model.pooledHead(x, 4, 5));
    const { layers } = await described(model);
    expect(layers.filter((layer) => layer.kind === 'node').map((layer) => layer.name)).toEqual([
      '/conv/Conv',
      '/clip/Clip',
      '/gate/Softmax',
      '/avgpool/GlobalAveragePool',
      '/Flatten',
      '/fc/Gemm',
    ]);
    expect(layers.find((layer) => layer.name === 'gate')?.shape).toEqual([1, 4, 8, 8]);
  });

  test('a layer that no score depends on stays in the list, marked', async () => {
    const model = smallClassifier();
    model.output(model.conv('/features/features.0/Conv_output_0', '/side/Conv', 4, 4));
    const { layers, suggestions } = await described(model);
    const side = layers.find((layer) => layer.name === 'side');
    expect(side).toMatchObject({
      differentiable: false,
      reason: 'the class score does not depend on it',
      suggested: false,
    });
    expect(suggestions).not.toContain('side');
  });
});

test('every layer with a grid that is marked differentiable can be hooked under its name', async () => {
  const { layers } = await described(smallClassifier({ end: ['Softmax'] }));
  const names = layers.filter((layer) => layer.differentiable && layer.grid !== null).map((layer) => layer.name);
  expect(names).toHaveLength(11);
  await using explainer = await openTiny(smallClassifier({ end: ['Softmax'] }), { layers: names });
  const grids = explainer.layers.map(({ layer, grid }) => [layer, grid]);
  expect(grids).toEqual(names.map((name) => [name, layers.find((layer) => layer.name === name)?.grid]));
});

test('suggests at most the four coarsest sizes, the coarsest last', async () => {
  const model = new TinyModel();
  let x = model.input(['n', 3, 64, 64]);
  let channels = 3;
  for (const stage of [1, 2, 3, 4, 5, 6]) {
    x = model.conv(x, `/body/stage${stage}/Conv`, channels, 4, { strides: [stage === 1 ? 1 : 2, stage === 1 ? 1 : 2] });
    channels = 4;
  }
  model.output(model.pooledHead(x, 4, 5));
  const { suggestions } = await described(model);
  expect(suggestions).toEqual(['body.stage3', 'body.stage4', 'body.stage5', 'body']);
});
