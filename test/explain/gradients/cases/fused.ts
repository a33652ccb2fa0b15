import { type Case, omitted, w, x } from '../network.ts';

const conv = (title: string, inputs: Case['inputs'], attributes: Case['attributes'] = {}): Case => ({
  operator: 'com.microsoft.FusedConv',
  title,
  inputs,
  attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1], ...attributes },
});

const gemm = (title: string, attributes: Case['attributes']): Case => ({
  operator: 'com.microsoft.FusedGemm',
  title,
  inputs: [x([2, 3]), x([4, 3]), x([4])],
  attributes: { transB: 1, ...attributes },
});

const matMul = (title: string, a: number[], b: number[], attributes: Case['attributes'] = {}): Case => ({
  operator: 'com.microsoft.FusedMatMul',
  title,
  inputs: [x(a), x(b)],
  attributes: { alpha: { float: 0.6 }, ...attributes },
});

const image = [1, 2, 3, 4];
const weights = [w([3, 2, 3, 3]), w([3])];
const small = (shape: number[]) => w(shape, (count, random) => Array.from({ length: count }, () => random() * 0.2));
/** Kinks of a sum of products cannot be kept away from: short steps leave few of them between the points. */
const short = { step: 2 ** -9, tolerance: 5e-3 };

const skip = 'com.microsoft.SkipLayerNormalization';
const skipSimplified = 'com.microsoft.SkipSimplifiedLayerNormalization';
const epsilon = { epsilon: { float: 0.01 } };

export const fused: Case[] = [
  conv('no activation', [x(image), ...weights]),
  { ...conv('Relu', [x(image), ...weights], { activation: 'Relu' }), ...short },
  { ...conv('Clip', [x(image), ...weights], { activation: 'Clip', activation_params: { floats: [-1, 2] } }), ...short },
  {
    ...conv('LeakyRelu', [x(image), ...weights], { activation: 'LeakyRelu', activation_params: { floats: [0.3] } }),
    ...short,
  },
  conv('Sigmoid', [x(image), ...weights], { activation: 'Sigmoid' }),
  conv('Tanh, strided', [x(image), small([3, 2, 3, 3])], { activation: 'Tanh', strides: [2, 2] }),
  conv('HardSigmoid', [x(image), small([3, 2, 3, 3])], {
    activation: 'HardSigmoid',
    activation_params: { floats: [0.1, 0.5] },
  }),
  { ...conv('a sum and Relu', [x(image), ...weights, x([1, 3, 3, 4])], { activation: 'Relu' }), ...short },
  conv('a sum', [x(image), ...weights, x([1, 3, 3, 4])]),
  { ...gemm('Relu', { activation: 'Relu' }), ...short },
  { ...gemm('LeakyRelu', { activation: 'LeakyRelu', activation_alpha: { float: 0.2 } }), ...short },
  matMul('plain', [2, 2, 3], [3, 4]),
  matMul('transA', [2, 3, 2], [2, 3, 4], { transA: 1 }),
  matMul('transB', [2, 2, 3], [2, 4, 3], { transB: 1 }),
  matMul('transA and transB', [2, 3, 2], [4, 3], { transA: 1, transB: 1 }),
  { operator: skip, inputs: [x([2, 3, 4]), x([2, 3, 4]), w([4]), w([4])], attributes: epsilon },
  { operator: skip, title: 'bias', inputs: [x([2, 3, 4]), x([2, 3, 4]), w([4]), w([4]), x([4])], attributes: epsilon },
  { operator: skip, title: 'skip repeated', inputs: [x([2, 3, 4]), x([1, 3, 4]), w([4]), w([4])], attributes: epsilon },
  {
    operator: skip,
    title: 'the sum is read too',
    inputs: [x([2, 3, 4]), x([2, 3, 4]), w([4]), omitted, x([4])],
    attributes: epsilon,
    outputs: 4,
    scored: [0, 3],
  },
  { operator: skipSimplified, inputs: [x([2, 3, 4]), x([2, 3, 4]), w([4])], attributes: epsilon },
  {
    operator: skipSimplified,
    title: 'bias, the sum is read too',
    inputs: [x([2, 3, 4]), x([2, 3, 4]), w([4]), x([4])],
    attributes: epsilon,
    outputs: 4,
    scored: [0, 3],
  },
  { ...matMul('transB', [2, 2, 3], [2, 4, 3], { transB: 1 }), operator: 'com.microsoft.TransposeMatMul' },
];
