/** A convolution that holds its BatchNormalization answers to both names, as each of PyTorch's exporters leaves them. */

import { describe, expect, test } from 'vitest';
import { expectRefusal, openTiny } from './open-tiny.ts';
import { TinyModel } from './tiny-model.ts';

/** As TorchScript's exporter folds: the node keeps the convolution's name, its weights get names of their own. */
function torchscript(convolutions: readonly string[], plain: readonly string[] = []): TinyModel {
  const model = new TinyModel();
  let x = model.input(['n', 3, 8, 8]);
  let channels = 3;
  for (const [i, name] of [...convolutions, ...plain].entries()) {
    const weight = plain.includes(name) ? `${name}.weight` : `onnx::Conv_${2 * i}`;
    const bias = plain.includes(name) ? `${name}.bias` : `onnx::Conv_${2 * i + 1}`;
    const parameters = [model.weight(weight, [4, channels, 3, 3]), model.weight(bias, [4])];
    x = model.node('Conv', [x, ...parameters], {
      name: `${name.startsWith('/') ? name : `/block/${name}`}/Conv`,
      attributes: { pads: [1, 1, 1, 1] },
    });
    channels = 4;
    x = model.node('Relu', [x], { name: `/block/act${i}/Relu` });
  }
  return model.output(model.pooledHead(x, 4, 5));
}

/** As the newer exporter folds: the node bears the norm's name, its weights keep the convolution's. */
function dynamo(convolution: string, norm: string): TinyModel {
  const model = new TinyModel();
  const x = model.input(['n', 3, 8, 8]);
  const parameters = [model.weight(`stem.${convolution}.weight`, [4, 3, 3, 3]), model.weight('folded_bias', [4])];
  const conv = model.node('Conv', [x, ...parameters], {
    name: 'node_Conv_293',
    attributes: { pads: [1, 1, 1, 1] },
    metadata: {
      'pkg.torch.onnx.name_scopes': `['', 'stem', 'stem.${norm}', 'batch_norm']`,
      'pkg.torch.onnx.class_hierarchy': "['Net', 'Sequential', 'torch.nn.modules.batchnorm.BatchNorm2d', 'aten']",
    },
  });
  const relu = model.node('Relu', [conv], {
    metadata: { 'pkg.torch.onnx.name_scopes': "['', 'stem', 'stem.relu', 'relu']" },
  });
  return model.output(model.pooledHead(relu, 4, 5));
}

describe('a file of the TorchScript exporter', () => {
  test.each<[string, string, string[], string[]?]>([
    ['block.bn2', 'block.conv2', ['conv1', 'conv2']],
    ['block.bn', 'block.conv', ['conv']],
    ['block.normalization', 'block.convolution', ['convolution']],
    ['block.expand_bn', 'block.expand_conv', ['project_conv', 'expand_conv']],
    ['block.expand_BN', 'block.expand', ['expand', 'project']],
    ['block.bn2', 'block.conv_dw', ['conv_pw', 'conv_dw', 'conv_pwl']],
    ['block.norm2', 'block.conv1', ['conv1'], ['conv2']],
    ['block.downsample.1', 'block.downsample.0', ['conv1', 'downsample/downsample.0']],
  ])('%s is %s', async (norm, convolution, folded, plain) => {
    await using explainer = await openTiny(torchscript(folded, plain), { layers: [norm, convolution] });
    const [asNorm, asConvolution] = explainer.layers;
    expect(asNorm).toMatchObject({ layer: norm, resolvedLayer: convolution, holdsNorm: true });
    expect(asConvolution).toMatchObject({ layer: convolution, holdsNorm: true, tensor: asNorm?.tensor });
    expect(asConvolution?.resolvedLayer).toBeUndefined();
  });

  test('a convolution without a norm says nothing, and answers to no other name', async () => {
    const model = torchscript(['conv1'], ['conv2']);
    await using explainer = await openTiny(model, { layers: ['block.conv2'] });
    expect(explainer.layers[0]?.holdsNorm).toBeUndefined();
    await expectRefusal(openTiny(torchscript([], ['conv2']), { layers: ['block.bn2'] }), 'unknown-layer');
    await expectRefusal(openTiny(model, { layers: ['block.dropout1'] }), 'unknown-layer');
    await expectRefusal(openTiny(torchscript(['conv1', 'conv2']), { layers: ['block.bn3'] }), 'unknown-layer');
  });
});

test.each([
  ['conv1', 'bn1'],
  ['0', '1'],
])('the newer exporter leaves the norm: %s, behind which %s stands, is found by its weights', async (first, second) => {
  const layers = [`stem.${first}`, `stem.${second}`, 'stem.relu'];
  await using explainer = await openTiny(dynamo(first, second), { layers });
  const [convolution, norm, relu] = explainer.layers;
  expect(convolution).toMatchObject({ resolvedLayer: `stem.${second}`, holdsNorm: true, tensor: norm?.tensor });
  expect(norm?.holdsNorm).toBe(true);
  expect(relu?.holdsNorm).toBeUndefined();
});
