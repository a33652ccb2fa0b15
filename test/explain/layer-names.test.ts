import { describe, expect, test } from 'vitest';
import { expectRefusal, openTiny, tensorOf } from './open-tiny.ts';
import { inputName, smallClassifier, TinyModel } from './tiny-model.ts';

/** Two stages of two blocks, nested in Sequentials as torchvision's ResNets are; every convolution keeps 8x8. */
function residual(): TinyModel {
  const model = new TinyModel();
  let x = model.input(['n', 3, 8, 8]);
  x = model.conv(x, '/conv1/Conv', 3, 4);
  for (const stage of ['layer1', 'layer2']) {
    for (const block of [0, 1]) {
      const shortcut = x;
      const prefix = `/${stage}/${stage}.${block}`;
      x = model.conv(x, `${prefix}/conv1/Conv`, 4, 4);
      x = model.node('Relu', [x], { name: `${prefix}/relu/Relu` });
      x = model.conv(x, `${prefix}/conv2/Conv`, 4, 4);
      x = model.node('Add', [x, shortcut], { name: `${prefix}/Add` });
    }
  }
  return model.output(model.pooledHead(x, 4, 5));
}

/** A Sequential of a body, itself a Sequential of three blocks, and a head: the book's `0[-2]`. */
function rootSequential(): TinyModel {
  const model = new TinyModel();
  let x = model.input(['n', 3, 8, 8]);
  x = model.conv(x, '/0/0.0/Conv', 3, 4);
  x = model.conv(x, '/0/0.1/0.1.0/conv1/Conv', 4, 4);
  x = model.node('Relu', [x], { name: '/0/0.1/0.1.1/Relu' });
  x = model.node('MaxPool', [x], { name: '/0/0.2/MaxPool', attributes: { kernel_shape: [2, 2], strides: [2, 2] } });
  x = model.conv(x, '/1/1.0/Conv', 4, 4);
  x = model.node('GlobalAveragePool', [x], { name: '/1/1.1/GlobalAveragePool' });
  x = model.node('Flatten', [x], { name: '/1/1.2/Flatten' });
  return model.output(model.linear(x, '/1/1.3/Gemm', 4, 5));
}

describe('a module path', () => {
  test.each([
    ['layer2', '/layer2/layer2.1/Add_output_0'],
    ['layer2.0', '/layer2/layer2.0/Add_output_0'],
    ['layer2.1.conv2', '/layer2/layer2.1/conv2/Conv_output_0'],
    ['layer2[0]', '/layer2/layer2.0/Add_output_0'],
    ['layer2[-1]', '/layer2/layer2.1/Add_output_0'],
    ['layer2[-2].conv1', '/layer2/layer2.0/conv1/Conv_output_0'],
    ['layer1[-1].relu', '/layer1/layer1.1/relu/Relu_output_0'],
    ['[0]', '/conv1/Conv_output_0'],
    ['[-3]', '/layer2/layer2.1/Add_output_0'],
  ])('%s', async (layer, tensor) => {
    expect(await tensorOf(residual(), layer)).toBe(tensor);
  });

  test.each([
    ['0', '/0/0.2/MaxPool_output_0'],
    ['0[-2]', '/0/0.1/0.1.1/Relu_output_0'],
    ['0[-2][0]', '/0/0.1/0.1.0/conv1/Conv_output_0'],
    ['0[-2][0].conv1', '/0/0.1/0.1.0/conv1/Conv_output_0'],
    ['0.1.0.conv1', '/0/0.1/0.1.0/conv1/Conv_output_0'],
    ['[0][-1]', '/0/0.2/MaxPool_output_0'],
    ['[-1][0]', '/1/1.0/Conv_output_0'],
  ])('inside nested Sequentials: %s', async (layer, tensor) => {
    expect(await tensorOf(rootSequential(), layer)).toBe(tensor);
  });

  test('counts the children of a Sequential by their numbers, also where some left no node', async () => {
    const model = new TinyModel();
    let x = model.input(['n', 3, 8, 8]);
    x = model.conv(x, '/body/body.0/Conv', 3, 4);
    // body.1 was a Dropout, which exporters leave out.
    x = model.conv(x, '/body/body.2/Conv', 4, 4);
    model.output(model.pooledHead(x, 4, 5));
    expect(await tensorOf(model, 'body[2]')).toBe('/body/body.2/Conv_output_0');
    expect(await tensorOf(model, 'body[-3]')).toBe('/body/body.0/Conv_output_0');
    await expectRefusal(openTiny(model, { layers: ['body[1]'] }), 'unknown-layer', "'body[1]'");
  });

  test('from Keras, whose paths are separated by slashes and do not repeat', async () => {
    const model = new TinyModel();
    let x = model.input(['n', 8, 8, 3]);
    x = model.node('Transpose', [x], { name: 'net/Transpose', attributes: { perm: [0, 3, 1, 2] } });
    x = model.conv(x, 'net/block1_conv1/Conv2D', 3, 4);
    x = model.node('Relu', [x], { name: 'net/block1_conv1/Relu' });
    x = model.conv(x, 'net/block5_conv3/Conv2D', 4, 4);
    x = model.node('Relu', [x], { name: 'net/block5_conv3/Relu', output: 'net/block5_conv3/Relu:0' });
    model.output(model.pooledHead(x, 4, 5));
    expect(await tensorOf(model, 'net.block5_conv3')).toBe('net/block5_conv3/Relu:0');
    expect(await tensorOf(model, 'block5_conv3')).toBe('net/block5_conv3/Relu:0');
    expect(await tensorOf(model, 'net/block5_conv3/Relu:0')).toBe('net/block5_conv3/Relu:0');
    expect(await tensorOf(model, 'net/block5_conv3/Conv2D')).toBe('net/block5_conv3/Conv2D_output_0');
    await expectRefusal(openTiny(model, { layers: ['net/block5_conv3'] }), 'unknown-layer', 'net.block5_conv3');
  });
});

describe('what leaves a module', () => {
  test('is the last of several tensors that nodes outside read', async () => {
    const model = new TinyModel();
    const x = model.input(['n', 3, 8, 8]);
    const early = model.conv(x, '/stage/conv1/Conv', 3, 4);
    const late = model.node('Relu', [early], { name: '/stage/relu/Relu' });
    const inner = model.node('Neg', [late], { name: '/stage/Neg' });
    const joined = model.node('Add', [early, late], { name: '/Add' });
    const all = model.node('Add', [joined, inner], { name: '/stage_1/Add' });
    model.output(model.pooledHead(all, 4, 5));
    expect(await tensorOf(model, 'stage')).toBe('/stage/Neg_output_0');
    expect(await tensorOf(model, 'stage.conv1')).toBe('/stage/conv1/Conv_output_0');
  });

  test('is what the model returns, if nothing else reads it', async () => {
    const model = new TinyModel();
    let x = model.input(['n', 3, 8, 8]);
    x = model.conv(x, '/body/Conv', 3, 4);
    model.output(model.pooledHead(x, 4, 5));
    const features = model.node('Relu', [x], { name: '/neck/relu/Relu' });
    model.output(features);
    expect(await tensorOf(model, 'neck')).toBe('/neck/relu/Relu_output_0');
  });
});

describe('other names', () => {
  test('a node', async () => {
    expect(await tensorOf(residual(), '/layer1/layer1.0/Add')).toBe('/layer1/layer1.0/Add_output_0');
  });

  test('a tensor', async () => {
    const tensor = '/layer1/layer1.0/conv1/Conv_output_0';
    expect(await tensorOf(residual(), tensor)).toBe(tensor);
  });

  test('the image itself', async () => {
    expect(await tensorOf(residual(), inputName)).toBe(inputName);
  });

  test('an unnamed node, by its tensor', async () => {
    const model = new TinyModel();
    let x = model.input(['n', 3, 8, 8]);
    x = model.conv(x, 'c', 3, 4);
    x = model.node('Relu', [x], { name: '', output: '42' });
    model.output(model.pooledHead(x, 4, 5));
    expect(await tensorOf(model, '42')).toBe('42');
  });

  test('the end of a path that only one module has', async () => {
    const model = rootSequential();
    expect(await tensorOf(model, 'conv1')).toBe('/0/0.1/0.1.0/conv1/Conv_output_0');
  });

  test('the end of a node name that only one node has', async () => {
    expect(await tensorOf(residual(), 'layer1.1/conv2/Conv')).toBe('/layer1/layer1.1/conv2/Conv_output_0');
  });

  test('last: the last tensor with a grid, here before the pooling', async () => {
    expect(await tensorOf(smallClassifier(), 'last')).toBe('/features/features.4/Relu_output_0');
  });

  test('the same layer twice is one layer; two names of one tensor are two', async () => {
    await using explainer = await openTiny(smallClassifier(), {
      layers: ['features', 'features', 'features.4', 'last'],
    });
    expect(explainer.layers.map(({ layer }) => layer)).toEqual(['features', 'features.4', 'last']);
    expect(new Set(explainer.layers.map(({ tensor }) => tensor)).size).toBe(1);
  });
});

describe('refused', () => {
  const refused = (layer: string, code: string, ...texts: (string | RegExp)[]) =>
    expectRefusal(openTiny(residual(), { layers: [layer] }), code, ...texts);

  test('an unknown name, with the nearest', () =>
    refused('layer2.1.conv3', 'unknown-layer', 'Did you mean', 'layer2.1.conv2'));
  test('a name in the wrong case, with the right one', () => refused('Layer2', 'unknown-layer', 'Did you mean layer2'));
  test('an index beyond the last child', () => refused('layer2[5]', 'unknown-layer', "'layer2[5]'"));
  test('an end that fits several places, with the places', () =>
    refused('conv2', 'unknown-layer', 'fits 4 places', "'layer1.0.conv2'", "'layer2.1.conv2'"));
  test('nothing at all', () => refused('', 'unknown-layer'));
  test('a weight', () => refused('/conv1/Conv.weight', 'unknown-layer'));
  test('a linear layer, which has no grid', () => refused('fc', 'no-spatial-grid', "'fc'", '[4, 5]', "'last'"));
  test('pooled features, which are one cell', () => refused('avgpool', 'no-spatial-grid', '[4, 4, 1, 1]'));
  test('no layer', () => expectRefusal(openTiny(residual(), { layers: [] }), 'no-layers', "'last'"));

  test('a layer that the exporter folded away, with the layers around it', () =>
    refused('layer2.1.bn2', 'unknown-layer', 'fold', 'layer2.1.conv2'));

  test('a constant of the model', async () => {
    const model = residual();
    model.node('Relu', ['/conv1/Conv.weight'], { name: '/positive/Relu' });
    await expectRefusal(
      openTiny(model, { layers: ['/positive/Relu'] }),
      'folded-layer',
      'does not depend on the image',
    );
  });

  test('last, in a network of linear layers', async () => {
    const model = new TinyModel();
    const flat = model.node('Flatten', [model.input(['n', 3, 8, 8])]);
    model.output(model.linear(flat, 'fc', 192, 5));
    await expectRefusal(openTiny(model), 'no-spatial-layer', "'last'");
  });
});
