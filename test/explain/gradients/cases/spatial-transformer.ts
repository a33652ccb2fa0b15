import { type Case, ints, x } from '../network.ts';
import { type Sample, uniform } from '../samples.ts';

const image = [2, 3, 4, 5];

/** Grid values whose places lie in the middle between cells, within the image or a little outside. */
const places =
  (widths: [number, number], aligned: boolean, reach: number, [low, high]: [number, number] = [0.3, 0.7]): Sample =>
  (count, random) =>
    Array.from({ length: count }, (_, i) => {
      const size = widths[i % 2] ?? 1;
      const scale = aligned ? (size - 1) / 2 : size / 2;
      const cell = Math.floor(random() * (size - 1 + 2 * reach)) - reach;
      return (cell + low + (high - low) * random() - (size - 1) / 2) / scale;
    });

const sample = (
  title: string,
  attributes: Case['attributes'],
  { aligned = false, reach = 0, ...more }: Partial<Case> & { aligned?: boolean; reach?: number } = {},
): Case => ({
  operator: 'GridSample',
  title,
  opset: 20,
  inputs: [x(image), x([2, 2, 3, 2], places([5, 4], aligned, reach))],
  attributes: { ...attributes, align_corners: aligned ? 1 : 0 },
  step: 2 ** -6,
  ...more,
});

export const spatialTransformer: Case[] = [
  sample('linear', {}),
  sample('linear, outside too', {}, { reach: 2 }),
  sample('linear, corners aligned', {}, { aligned: true, reach: 2 }),
  sample('linear, border', { padding_mode: 'border' }, { reach: 2 }),
  sample('linear, border, corners aligned', { padding_mode: 'border' }, { aligned: true, reach: 2 }),
  sample('bilinear, opset 16', { mode: 'bilinear' }, { opset: 16, reach: 1 }),
  {
    ...sample('nearest', { mode: 'nearest' }),
    inputs: [x(image), x([2, 2, 3, 2], places([5, 4], false, 1, [0.15, 0.35]))],
    mayVanish: true,
  },
  sample('bilinear', { mode: 'bilinear' }, { operator: 'com.microsoft.GridSample', opset: 18, reach: 1 }),
  { operator: 'AffineGrid', opset: 20, inputs: [x([2, 2, 3]), ints([2, 3, 4, 5])] },
  {
    operator: 'AffineGrid',
    title: 'corners aligned',
    opset: 20,
    inputs: [x([2, 2, 3]), ints([2, 3, 4, 5])],
    attributes: { align_corners: 1 },
  },
  {
    operator: 'AffineGrid',
    title: 'and an image sampled at it',
    opset: 20,
    inputs: [x([1, 2, 3], uniform(-0.4, 0.4)), ints([1, 2, 2, 3])],
    next: [{ operator: 'GridSample', inputs: [x([1, 2, 6, 7]), 'output0'] }],
    step: 2 ** -10,
    tolerance: 2e-2,
  },
];
