import { type Case, w, x } from '../network.ts';

const conv = (title: string, inputs: Case['inputs'], attributes: Case['attributes'] = {}): Case => ({
  operator: 'Conv',
  title,
  inputs,
  attributes,
});

const transposed = (title: string, inputs: Case['inputs'], attributes: Case['attributes'] = {}): Case => ({
  operator: 'ConvTranspose',
  title,
  inputs,
  attributes,
});

export const convolution: Case[] = [
  conv('no attributes', [x([2, 3, 5, 6]), w([4, 3, 3, 3]), w([4])]),
  conv('one axis, strided', [x([2, 3, 9]), w([4, 3, 3])], { strides: [2], pads: [1, 1] }),
  conv('three axes', [x([1, 2, 3, 4, 3]), w([3, 2, 2, 2, 2])], { pads: [0, 1, 0, 1, 0, 1] }),
  conv('three axes, strided', [x([1, 2, 5, 4, 4]), w([3, 2, 2, 3, 2])], {
    strides: [2, 1, 2],
    pads: [0, 1, 0, 1, 0, 1],
  }),
  conv('1x1', [x([2, 3, 3, 2]), w([4, 3, 1, 1])]),
  conv('1x1, strided', [x([2, 3, 5, 6]), w([4, 3, 1, 1])], { strides: [2, 2] }),
  conv('1x1, strided by 3 over 8, cells unread', [x([1, 2, 8, 7]), w([3, 2, 1, 1])], { strides: [3, 3] }),
  conv('1x1, strided and padded', [x([1, 2, 4, 5]), w([3, 2, 1, 1])], { strides: [2, 2], pads: [1, 0, 0, 1] }),
  conv('1x1, strided in groups', [x([1, 4, 5, 5]), w([6, 2, 1, 1])], { strides: [2, 2], group: 2 }),
  conv('strides', [x([2, 3, 7, 7]), w([4, 3, 3, 3])], { strides: [2, 2], pads: [1, 1, 1, 1] }),
  conv('strides with cells unread', [x([1, 2, 8, 8]), w([3, 2, 3, 3])], { strides: [2, 3] }),
  conv('stride longer than the kernel', [x([1, 2, 8, 9]), w([3, 2, 2, 2])], { strides: [3, 4] }),
  conv('different strides', [x([1, 2, 7, 6]), w([3, 2, 3, 2])], { strides: [1, 2], pads: [1, 0, 1, 1] }),
  conv('dilation', [x([1, 2, 7, 8]), w([3, 2, 3, 2])], { dilations: [2, 3] }),
  conv('dilation, strides and pads', [x([1, 2, 8, 8]), w([3, 2, 3, 3])], {
    dilations: [2, 2],
    strides: [2, 2],
    pads: [2, 2, 2, 2],
  }),
  conv('asymmetric pads', [x([1, 2, 5, 4]), w([3, 2, 3, 3])], { pads: [0, 2, 1, 1] }),
  conv('asymmetric pads, strided', [x([1, 2, 6, 5]), w([3, 2, 3, 3])], { pads: [0, 1, 1, 2], strides: [2, 2] }),
  conv('pads beyond the kernel', [x([1, 2, 3, 3]), w([3, 2, 2, 2])], { pads: [3, 2, 2, 3] }),
  conv('pads beyond the kernel, strided', [x([1, 2, 4, 4]), w([3, 2, 2, 2])], { pads: [3, 3, 3, 3], strides: [2, 2] }),
  conv('groups', [x([2, 4, 4, 4]), w([6, 2, 3, 3]), w([6])], { group: 2, pads: [1, 1, 1, 1] }),
  conv('groups, strided', [x([2, 4, 5, 5]), w([6, 2, 3, 3])], { group: 2, strides: [2, 2], pads: [1, 1, 1, 1] }),
  conv('depthwise', [x([2, 3, 5, 5]), w([3, 1, 3, 3])], { group: 3, pads: [1, 1, 1, 1] }),
  conv('depthwise, strided', [x([2, 3, 7, 6]), w([3, 1, 3, 3])], { group: 3, strides: [2, 2], pads: [1, 1, 1, 1] }),
  conv('depthwise, strided and dilated', [x([1, 3, 9, 9]), w([3, 1, 3, 3])], {
    group: 3,
    strides: [2, 2],
    dilations: [2, 2],
    pads: [2, 2, 2, 2],
  }),
  conv('depthwise with a multiplier', [x([1, 3, 4, 4]), w([6, 1, 3, 3])], { group: 3, pads: [1, 1, 1, 1] }),
  conv('depthwise, 5x5 kernel on 3x3 cells', [x([1, 3, 3, 3]), w([3, 1, 5, 5])], { group: 3, pads: [2, 2, 2, 2] }),
  conv('auto_pad SAME_UPPER', [x([1, 2, 5, 6]), w([3, 2, 2, 4])], { auto_pad: 'SAME_UPPER' }),
  conv('auto_pad SAME_LOWER', [x([1, 2, 5, 6]), w([3, 2, 2, 4])], { auto_pad: 'SAME_LOWER' }),
  conv('auto_pad SAME_UPPER, strided', [x([1, 2, 6, 7]), w([3, 2, 3, 3])], { auto_pad: 'SAME_UPPER', strides: [2, 2] }),
  conv('auto_pad SAME_LOWER, strided', [x([1, 2, 6, 7]), w([3, 2, 3, 3])], { auto_pad: 'SAME_LOWER', strides: [2, 2] }),
  conv('auto_pad SAME_UPPER, kernel shorter than stride', [x([1, 2, 7, 7]), w([3, 2, 1, 1])], {
    auto_pad: 'SAME_UPPER',
    strides: [3, 3],
  }),
  conv('auto_pad SAME_UPPER, cells unread', [x([1, 2, 8, 7]), w([3, 2, 1, 2])], {
    auto_pad: 'SAME_UPPER',
    strides: [3, 3],
  }),
  conv('auto_pad VALID', [x([1, 2, 6, 5]), w([3, 2, 3, 3])], { auto_pad: 'VALID', strides: [2, 2] }),
  conv('kernel as large as the image', [x([2, 3, 4, 4]), w([5, 3, 4, 4])]),

  transposed('no attributes', [x([2, 3, 4, 3]), w([3, 2, 3, 3]), w([2])]),
  transposed('one axis', [x([1, 3, 4]), w([3, 2, 3])], { strides: [2] }),
  transposed('three axes', [x([1, 2, 3, 2, 2]), w([2, 2, 2, 2, 2])], { strides: [2, 1, 2] }),
  transposed('strides, pads and output_padding', [x([1, 2, 4, 4]), w([2, 3, 3, 3])], {
    strides: [2, 2],
    pads: [1, 1, 1, 1],
    output_padding: [1, 1],
  }),
  transposed('asymmetric pads', [x([1, 2, 4, 4]), w([2, 3, 3, 3])], { strides: [2, 2], pads: [0, 1, 2, 0] }),
  transposed('dilation', [x([1, 2, 4, 3]), w([2, 3, 2, 3])], { dilations: [2, 2], pads: [1, 1, 1, 1] }),
  transposed('groups', [x([1, 4, 3, 3]), w([4, 3, 2, 2])], { group: 2, strides: [2, 2] }),
  transposed('depthwise', [x([1, 3, 3, 3]), w([3, 1, 4, 4])], { group: 3, strides: [2, 2], pads: [1, 1, 1, 1] }),
  transposed('output_shape', [x([1, 2, 3, 3]), w([2, 2, 3, 3])], { strides: [2, 2], output_shape: [8, 6] }),
  transposed('output_shape, SAME_UPPER', [x([1, 2, 3, 3]), w([2, 2, 3, 3])], {
    strides: [2, 2],
    output_shape: [6, 6],
    auto_pad: 'SAME_UPPER',
  }),
  transposed('auto_pad SAME_LOWER', [x([1, 2, 3, 3]), w([2, 2, 3, 3])], { strides: [2, 2], auto_pad: 'SAME_LOWER' }),
  transposed('auto_pad VALID', [x([1, 2, 3, 3]), w([2, 2, 3, 3])], { strides: [2, 2], auto_pad: 'VALID' }),
];
