/** A convolution in QDQ format, as ONNX Runtime's quantiser writes it, has the gradients of the model before. */

import { expect, it } from 'vitest';
import { ElementType } from '../../../src/explain/onnx/element-type.ts';
import { expectGradients } from './finite-differences.ts';
import { type Network, type NetworkInput, node, sizeOf } from './network.ts';
import { seededRandom, uniform } from './samples.ts';

const random = seededRandom('a quantised convolution');
const constant = (name: string, shape: number[], values: number[], elementType: number = ElementType.float32) =>
  ({ name, shape, values, elementType, varies: false }) satisfies NetworkInput;

const image: NetworkInput = {
  ...constant('image', [1, 2, 5, 5], uniform(-1, 1)(50, random)),
  varies: true,
};
const weightScale = 0.004;
const weightShape = [3, 2, 3, 3];
const integers = uniform(-127, 127)(sizeOf(weightShape), random).map(Math.round);

const floats: Network = {
  title: 'convolution',
  opset: 18,
  inputs: [
    image,
    constant(
      'weights',
      weightShape,
      integers.map((i) => i * weightScale),
    ),
  ],
  nodes: [
    node('Conv', ['image', 'weights'], ['cells'], { strides: [2, 2], pads: [1, 1, 1, 1] }),
    node('Tanh', ['cells'], ['output']),
  ],
  outputs: ['output'],
};

const scales = { image: 0.01, cells: 0.03 };

const quantized: Network = {
  ...floats,
  title: 'quantised convolution',
  inputs: [
    image,
    constant('image scale', [], [scales.image]),
    constant('cells scale', [], [scales.cells]),
    constant('zero', [], [128], ElementType.uint8),
    constant('weights', weightShape, integers, ElementType.int8),
    constant('weights scale', [], [weightScale]),
    constant('weights zero', [], [0], ElementType.int8),
  ],
  nodes: [
    node('QuantizeLinear', ['image', 'image scale', 'zero'], ['image integers']),
    node('DequantizeLinear', ['image integers', 'image scale', 'zero'], ['image floats']),
    node('DequantizeLinear', ['weights', 'weights scale', 'weights zero'], ['weights floats']),
    node('Conv', ['image floats', 'weights floats'], ['cells'], { strides: [2, 2], pads: [1, 1, 1, 1] }),
    node('QuantizeLinear', ['cells', 'cells scale', 'zero'], ['cells integers']),
    node('DequantizeLinear', ['cells integers', 'cells scale', 'zero'], ['cells floats']),
    node('Tanh', ['cells floats'], ['output']),
  ],
};

it('within the rounding of its activations', async () => {
  // Both are of one seed only if they are of one title.
  const title = floats.title;
  await expectGradients({ ...quantized, title }, { tolerance: 0.03 }, floats);
  await expect(expectGradients({ ...quantized, title }, { tolerance: 1e-6 }, floats)).rejects.toThrow('gradient of');
});
