import { type Case, ints, x } from '../network.ts';

const fold = (
  title: string,
  shape: number[],
  image: number[],
  block: number[],
  attributes: Case['attributes'] = {},
): Case => ({
  operator: 'Col2Im',
  title,
  inputs: [x(shape), ints(image), ints(block)],
  attributes,
});

export const folding: Case[] = [
  fold('disjoint blocks', [2, 8, 6], [4, 6], [2, 2], { strides: [2, 2] }),
  fold('overlapping', [1, 12, 9], [4, 5], [2, 3]),
  fold('padded', [2, 9, 20], [4, 5], [3, 3], { pads: [1, 1, 1, 1] }),
  fold('odd pads and strides', [1, 12, 4], [4, 5], [3, 2], { pads: [1, 0, 0, 2], strides: [2, 3] }),
  fold('dilated', [1, 8, 12], [5, 6], [2, 2], { dilations: [2, 2] }),
  fold('one axis', [2, 6, 4], [5], [2]),
];
