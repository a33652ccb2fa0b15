/** Layers of Keras models behind tf2onnx, which fuses a convolution with its BatchNormalization and makes up names. */

import { describe, expect, test } from 'vitest';
import { describeLayers } from '../../src/explain/layers/describe.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { tensorOf } from './open-tiny.ts';
import { TinyModel } from './tiny-model.ts';

/** As tf2onnx names a traced model: a stem, two activations that Keras counted, a normalisation that was not fused, and a head. */
function traced(): TinyModel {
  const model = new TinyModel();
  const fused = (input: string, invented: string, layer: string, from: number, to: number) => {
    const weights = [
      model.weight(`net_1/${layer}_conv_1/convolution/merged_input:0`, [to, from, 3, 3]),
      model.weight(`net_1/${layer}_bn_1/batchnorm/sub:0`, [to]),
    ];
    const attributes = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
    return model.node('Conv', [input, ...weights], { name: invented, output: `${invented}:0`, attributes });
  };
  const named = (operator: string, inputs: string[], name: string, attributes = {}) =>
    model.node(operator, inputs, { name, output: `${name}:0`, attributes });
  let x = model.input(['n', 8, 8, 3]);
  x = named('Transpose', [x], 'net_1/stem_bn_1/batchnorm/mul_1__6', { perm: [0, 3, 1, 2] });
  x = fused(x, 'Conv__339', 'stem', 3, 4);
  x = named('Relu', [x], 'net_1/re_lu_1/Relu');
  x = named('Relu', [x], 'net_1/re_lu_1_2/Relu');
  x = fused(x, 'Conv__341', 'body', 4, 4);
  x = named('Mul', [x, model.weight('scale', [1, 4, 1, 1])], 'net_1/norm_1/batchnorm/mul_1');
  x = named('Add', [x, model.weight('offset', [1, 4, 1, 1])], 'net_1/norm_1/batchnorm/add_1');
  x = named('GlobalAveragePool', [x], 'net_1/pool_1/Mean');
  x = named('Flatten', [x], 'net_1/pool_1/Mean_Squeeze__65');
  x = named('MatMul', [x, model.weight('net_1/predictions_1/kernel:0', [4, 5])], 'net_1/predictions_1/MatMul');
  return model.output(named('Softmax', [x], 'net_1/predictions_1/Softmax'));
}

describe('a layer of a traced Keras model', () => {
  test.each([
    ['stem_bn', 'Conv__339:0'],
    ['net.body_bn', 'Conv__341:0'],
    ['re_lu', 'net_1/re_lu_1/Relu:0'],
    ['net.re_lu_1', 'net_1/re_lu_1_2/Relu:0'],
    ['norm', 'net_1/norm_1/batchnorm/add_1:0'],
  ])('%s', async (layer, tensor) => {
    expect(await tensorOf(traced(), layer)).toBe(tensor);
  });
});

test('the list shows the layers as Keras names them, and what comes behind the score', async () => {
  const { layers } = await describeLayers(await traced().write(await temporaryFolder()));
  const modules = layers.filter(({ kind }) => kind === 'module');
  expect(modules.map(({ name, operator, reason }) => [name, operator, reason])).toEqual([
    ['net', 'Softmax', 'it is made from the class score'],
    ['net.stem_bn', 'Conv', null],
    ['net.re_lu', 'Relu', null],
    ['net.re_lu_1', 'Relu', null],
    ['net.body_bn', 'Conv', null],
    ['net.norm', 'Add', null],
    ['net.pool', 'Flatten', null],
    ['net.predictions', 'Softmax', 'it is made from the class score'],
  ]);
});
