import { type Case, type Step, scalar, typed, w, x } from '../network.ts';
import { awayFrom, exactly, uniform } from '../samples.ts';

const clip = (low: number, high: number): Step => ({ operator: 'Clip', inputs: ['input0', scalar(low), scalar(high)] });
const uint8 = (zero: number) => typed('uint8', [zero], []);
const int8 = (...zeros: number[]) => typed('int8', zeros, zeros.length === 1 ? [] : [zeros.length]);
const int16 = (zero: number) => typed('int16', [zero], []);
const image = [1, 2, 4, 4];
const weights = typed('int8', [12, -3, 50, 7, 8, -90], [3, 2]);
/** The same less the zero point 5, times a scale. */
const scaled = (scale: number) => ({
  ...scalar(0),
  shape: [3, 2],
  sample: exactly(...[7, -8, 45, 2, 3, -95].map((value) => value * scale)),
});

/** Back to floats with the scale and zero point that made the integers. */
const dequantize = (from: string, scale: number, zero: number): Step => ({
  operator: 'DequantizeLinear',
  inputs: [from, scalar(scale), uint8(zero)],
});

export const quantization: Case[] = [
  {
    operator: 'QuantizeLinear',
    title: 'a pair',
    inputs: [x(image, awayFrom(-1.28, 1.27)), scalar(0.01), uint8(128)],
    next: [dequantize('output0', 0.01, 128)],
    reference: clip(-1.28, 1.27),
  },
  {
    operator: 'QuantizeLinear',
    title: 'a range that begins at zero, as behind ReLU',
    inputs: [x([3, 4], awayFrom(0, 1.5)), scalar(1.5 / 255), uint8(0)],
    next: [dequantize('output0', 1.5 / 255, 0)],
    reference: clip(0, 1.5),
  },
  {
    operator: 'QuantizeLinear',
    title: 'no zero point',
    inputs: [x([3, 4], awayFrom(0, 1.5)), scalar(1.5 / 255)],
    next: [{ operator: 'DequantizeLinear', inputs: ['output0', scalar(1.5 / 255)] }],
    reference: clip(0, 1.5),
  },
  {
    operator: 'QuantizeLinear',
    title: 'a scale per channel',
    inputs: [x(image, uniform(-1, 1)), { ...scalar(0), shape: [2], sample: exactly(0.02, 0.01) }, int8(3, -4)],
    attributes: { axis: 1 },
    next: [
      {
        operator: 'DequantizeLinear',
        inputs: ['output0', { ...scalar(0), shape: [2], sample: exactly(0.02, 0.01) }, int8(3, -4)],
        attributes: { axis: 1 },
      },
    ],
    reference: { operator: 'Identity', inputs: ['input0'] },
  },
  {
    operator: 'QuantizeLinear',
    title: 'other scales behind the integers',
    inputs: [x([3, 4], uniform(-1, 1)), scalar(0.01), uint8(128)],
    next: [dequantize('output0', 0.03, 100)],
    reference: { operator: 'Mul', inputs: ['input0', scalar(3)] },
  },
  {
    operator: 'QuantizeLinear',
    title: 'moved as integers',
    inputs: [x(image, uniform(-1, 1)), scalar(0.01), uint8(128)],
    next: [
      { operator: 'Transpose', inputs: ['output0'], attributes: { perm: [0, 2, 3, 1] } },
      dequantize('next0', 0.01, 128),
    ],
    reference: { operator: 'Transpose', inputs: ['input0'], attributes: { perm: [0, 2, 3, 1] } },
  },
  {
    operator: 'DynamicQuantizeLinear',
    inputs: [x([2, 3])],
    outputs: 3,
    next: [{ operator: 'DequantizeLinear', inputs: ['output0', 'output1', 'output2'] }],
    reference: { operator: 'Identity', inputs: ['input0'] },
  },
  {
    operator: 'DynamicQuantizeLinear',
    title: 'and a product of integers',
    inputs: [x([2, 3])],
    outputs: 3,
    next: [
      {
        operator: 'MatMulInteger',
        inputs: ['output0', typed('int8', [12, -3, 50, 7, 8, -90], [3, 2]), 'output2', int8(5)],
      },
      { operator: 'Cast', inputs: ['next0'], attributes: { to: 1 } },
      { operator: 'Mul', inputs: ['next1', 'output1'] },
    ],
    reference: {
      operator: 'MatMul',
      inputs: ['input0', { ...scalar(0), shape: [3, 2], sample: exactly(7, -8, 45, 2, 3, -95) }],
    },
  },
  {
    operator: 'com.microsoft.QuantizeLinear',
    title: 'a pair of 16 bits',
    inputs: [x(image, uniform(-1, 1)), scalar(0.001), int16(3)],
    next: [{ operator: 'com.microsoft.DequantizeLinear', inputs: ['output0', scalar(0.001), int16(3)] }],
    reference: { operator: 'Identity', inputs: ['input0'] },
  },
  {
    operator: 'com.microsoft.DynamicQuantizeMatMul',
    inputs: [x([2, 3]), weights, scalar(0.1), int8(5), w([2])],
    reference: { operator: 'MatMul', inputs: ['input0', scaled(0.1)] },
  },
  {
    operator: 'com.microsoft.DynamicQuantizeMatMul',
    title: 'a batch, no zero point',
    inputs: [x([2, 2, 3]), weights, scalar(0.1)],
    reference: {
      operator: 'MatMul',
      inputs: ['input0', { ...scalar(0), shape: [3, 2], sample: exactly(1.2, -0.3, 5, 0.7, 0.8, -9) }],
    },
  },
  {
    operator: 'DynamicQuantizeLinear',
    title: 'and a product of integers to floats',
    inputs: [x([2, 3])],
    outputs: 3,
    next: [
      {
        operator: 'com.microsoft.MatMulIntegerToFloat',
        inputs: ['output0', weights, 'output1', scalar(0.1), 'output2', int8(5), w([2])],
      },
    ],
    reference: { operator: 'MatMul', inputs: ['input0', scaled(0.1)] },
  },
];
