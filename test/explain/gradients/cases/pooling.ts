import { type Case, ints, x } from '../network.ts';
import { awayFrom, distinct, uniform } from '../samples.ts';

type Attributes = NonNullable<Case['attributes']>;

/** Windows that every pool must serve, on an image of 7 x 6 cells. */
const windows: [string, Attributes][] = [
  ['stride 1', { kernel_shape: [2, 3] }],
  ['disjoint', { kernel_shape: [2, 2], strides: [2, 2] }],
  ['disjoint and padded', { kernel_shape: [2, 2], strides: [2, 2], pads: [1, 0, 0, 1] }],
  ['overlapping', { kernel_shape: [3, 3], strides: [2, 2] }],
  ['of ResNet', { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }],
  ['stride longer than the window', { kernel_shape: [2, 2], strides: [3, 4] }],
  ['asymmetric pads', { kernel_shape: [3, 3], strides: [2, 1], pads: [0, 2, 1, 0] }],
  ['ceil_mode', { kernel_shape: [3, 2], strides: [2, 4], ceil_mode: 1 }],
  ['ceil_mode, disjoint', { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 }],
  ['ceil_mode and pads', { kernel_shape: [3, 3], strides: [3, 3], pads: [1, 1, 0, 0], ceil_mode: 1 }],
  ['SAME_UPPER', { kernel_shape: [3, 2], strides: [2, 2], auto_pad: 'SAME_UPPER' }],
  ['SAME_LOWER', { kernel_shape: [3, 2], strides: [2, 2], auto_pad: 'SAME_LOWER' }],
  ['VALID', { kernel_shape: [3, 2], strides: [2, 2], auto_pad: 'VALID' }],
];

const image = [1, 2, 7, 6];

const onWindows = (operator: string, sample = distinct, extra: Attributes = {}, note = ''): Case[] =>
  windows.map(([title, attributes]) => ({
    operator,
    title: `${title}${note}`,
    inputs: [x(image, sample)],
    attributes: { ...attributes, ...extra },
  }));

const pool = (operator: string, title: string, shape: number[], attributes: Attributes, opset = 18): Case => ({
  operator,
  title,
  opset,
  inputs: [x(shape, distinct)],
  attributes,
});

/** Cells away from zero, where the 1-norm bends. */
const bentAtZero = awayFrom(0);

export const pooling: Case[] = [
  ...onWindows('MaxPool'),
  ...onWindows('AveragePool'),
  ...onWindows('AveragePool', distinct, { count_include_pad: 1 }, ', pads count'),
  ...onWindows('LpPool'),
  pool('MaxPool', 'one axis', [2, 2, 7], { kernel_shape: [3], strides: [2] }),
  pool('MaxPool', 'three axes', [1, 2, 4, 3, 4], { kernel_shape: [2, 2, 2], strides: [2, 1, 2] }),
  pool('MaxPool', 'dilated', image, { kernel_shape: [2, 3], dilations: [2, 2] }),
  pool('MaxPool', 'dilated, strided and padded', image, {
    kernel_shape: [2, 2],
    dilations: [3, 2],
    strides: [2, 2],
    pads: [1, 1, 1, 1],
  }),
  pool('MaxPool', 'two images', [2, 3, 4, 4], { kernel_shape: [2, 2], strides: [2, 2] }),
  pool('MaxPool', 'opset 8', image, { kernel_shape: [2, 2], strides: [2, 2] }, 8),
  pool('AveragePool', 'one axis', [2, 2, 7], { kernel_shape: [3], strides: [2] }),
  pool('AveragePool', 'three axes', [1, 2, 4, 3, 4], { kernel_shape: [2, 2, 2], strides: [2, 1, 2] }),
  pool('AveragePool', 'dilated', image, { kernel_shape: [2, 3], dilations: [2, 2] }, 19),
  pool(
    'AveragePool',
    'dilated, strided and padded',
    image,
    {
      kernel_shape: [2, 2],
      dilations: [3, 2],
      strides: [2, 2],
      pads: [1, 1, 1, 1],
    },
    19,
  ),
  pool(
    'AveragePool',
    'dilated, strided and padded, pads count',
    image,
    {
      kernel_shape: [2, 2],
      dilations: [3, 2],
      strides: [2, 2],
      pads: [1, 1, 1, 1],
      count_include_pad: 1,
    },
    19,
  ),
  pool('AveragePool', 'the whole image', image, { kernel_shape: [7, 6] }),
  pool('AveragePool', 'opset 7', image, { kernel_shape: [2, 2], strides: [2, 2], pads: [1, 1, 1, 1] }, 7),
  { operator: 'LpPool', title: '1-norm', inputs: [x(image, bentAtZero)], attributes: { kernel_shape: [3, 3], p: 1 } },
  {
    operator: 'LpPool',
    title: '3-norm',
    inputs: [x(image)],
    attributes: { kernel_shape: [3, 3], strides: [2, 2], p: 3 },
  },
  pool('LpPool', 'one axis', [2, 2, 7], { kernel_shape: [3], strides: [2] }),
  pool('LpPool', 'dilated', image, { kernel_shape: [2, 3], dilations: [2, 2] }),
  { operator: 'GlobalAveragePool', inputs: [x([2, 3, 3, 4])] },
  { operator: 'GlobalAveragePool', title: 'one axis', inputs: [x([2, 3, 4])] },
  { operator: 'GlobalAveragePool', title: 'three axes', inputs: [x([2, 2, 3, 2, 2])] },
  { operator: 'GlobalMaxPool', inputs: [x([2, 3, 3, 4], distinct)] },
  { operator: 'GlobalMaxPool', title: 'one axis', inputs: [x([2, 3, 4], distinct)] },
  { operator: 'GlobalLpPool', inputs: [x([2, 3, 3, 4])] },
  { operator: 'GlobalLpPool', title: '1-norm', inputs: [x([2, 3, 4], bentAtZero)], attributes: { p: 1 } },
  { operator: 'GlobalLpPool', title: '3-norm', inputs: [x([2, 3, 4], uniform(0.5, 2))], attributes: { p: 3 } },
  {
    operator: 'MaxUnpool',
    inputs: [x([1, 2, 2, 2]), ints([0, 3, 9, 15, 16, 18, 28, 31], [1, 2, 2, 2])],
    attributes: { kernel_shape: [2, 2], strides: [2, 2] },
  },
];
