/** Module paths that PyTorch's `torch.export` exporter notes as metadata of its nodes, whose own names say nothing. */

import path from 'node:path';
import { expect, test } from 'vitest';
import { describeLayers } from '../../src/explain/layers/describe.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { readGolden, withModel } from './agreement/golden.ts';
import { expectRefusal, openTiny, tensorOf } from './open-tiny.ts';
import { TinyModel } from './tiny-model.ts';

const types: Record<string, string> = {
  '': 'torchvision.models.resnet.ResNet',
  layer1: 'torch.nn.modules.container.Sequential',
  'layer1.0': "models.Block's",
  'layer1.0.conv1': 'torch.nn.modules.conv.Conv2d',
  'layer1.1': 'torch.nn.modules.activation.ReLU',
  fc: 'torch.nn.modules.linear.Linear',
};

/** A Python list of strings, printed with the quotes that Python chooses. */
const python = (texts: string[]) => `[${texts.map((t) => (t.includes("'") ? `"${t}"` : `'${t}'`)).join(', ')}]`;

function scoped(...paths: string[]) {
  return {
    'pkg.torch.onnx.name_scopes': python([...paths, 'call_1']),
    'pkg.torch.onnx.class_hierarchy': python([...paths.map((path) => types[path] ?? ''), 'aten.call.default']),
    'pkg.torch.onnx.fx_node': '%call_1 : [num_users=1] = call_function[target=torch.ops.aten.conv2d.default]',
  };
}

function exported(): TinyModel {
  const model = new TinyModel();
  const weights = [model.weight('layer1.0.conv1.weight', [4, 3, 1, 1])];
  let x = model.node('Conv', [model.input(['n', 3, 8, 8]), ...weights], {
    name: 'node_Conv_292',
    output: 'getitem',
    metadata: scoped('', 'layer1', 'layer1.0', 'layer1.0.conv1'),
  });
  x = model.node('Add', [x, x], { name: 'node_add_1', output: 'add_1', metadata: scoped('', 'layer1', 'layer1.0') });
  x = model.node('Relu', [x], { name: 'node_relu', output: 'relu', metadata: scoped('', 'layer1', 'layer1.1') });
  x = model.node('GlobalAveragePool', [x], { name: 'node_mean', output: 'mean', metadata: scoped('') });
  x = model.node('Flatten', [x], { name: 'node_view', output: 'view', metadata: scoped('') });
  const head = [model.weight('fc.weight', [5, 4]), model.weight('fc.bias', [5])];
  x = model.node('Gemm', [x, ...head], {
    name: 'node_linear',
    output: 'linear',
    attributes: { transB: 1 },
    metadata: scoped('', 'fc'),
  });
  return model.output(x);
}

test.each([
  ['layer1', 'relu'],
  ['layer1.0', 'add_1'],
  ['layer1[-2]', 'add_1'],
  ['layer1.0.conv1', 'getitem'],
  ['conv1', 'getitem'],
  ['node_Conv_292', 'getitem'],
  ['getitem', 'getitem'],
  ['last', 'relu'],
])('%s', async (layer, tensor) => {
  expect(await tensorOf(exported(), layer)).toBe(tensor);
});

test('unknown names are compared with the noted paths', async () => {
  await expectRefusal(
    openTiny(exported(), { layers: ['layer1.3'] }),
    'unknown-layer',
    'layer1.1',
    'The model has layer1',
  );
});

test('modules are listed with the type that the exporter noted', async () => {
  const { layers } = await describeLayers(await exported().write(await temporaryFolder()));
  const modules = layers.filter((layer) => layer.kind === 'module');
  expect(modules.map(({ name, depth, moduleType }) => [name, depth, moduleType])).toEqual([
    ['layer1', 0, 'Sequential'],
    ['layer1.0', 1, "Block's"],
    ['layer1.0.conv1', 2, 'Conv2d'],
    ['layer1.1', 1, 'ReLU'],
    ['fc', 0, 'Linear'],
  ]);
});

test('a ResNet-18 that the exporter wrote lists its modules as named_modules() does', async () => {
  const folder = path.join(import.meta.dirname, '../goldens/thin');
  const golden = await readGolden(folder, 'dynamo-resnet18');
  const { layers, suggestions } = await withModel(folder, golden, (model) => describeLayers(model));
  const modules = new Map(layers.filter((layer) => layer.kind === 'module').map((layer) => [layer.name, layer]));
  expect(modules.get('layer4')).toMatchObject({ moduleType: 'Sequential', depth: 0 });
  expect(modules.get('layer4.1')).toMatchObject({ moduleType: 'BasicBlock', depth: 1 });
  // The convolution took in its batch normalisation, and the exporter noted the latter's name.
  expect(modules.get('layer4.1.bn2')).toMatchObject({ moduleType: 'BatchNorm2d', operator: 'Conv' });
  expect(suggestions).toContain('layer4');
});
