import { type Case, ints, omitted, scalar, x } from '../network.ts';

const slice = (title: string, shape: number[], ...parts: number[][]): Case => ({
  operator: 'Slice',
  title,
  inputs: [x(shape), ...parts.map((part) => ints(part))],
});

const pad = (title: string, shape: number[], pads: number[], attributes: Case['attributes'] = {}): Case => ({
  operator: 'Pad',
  title,
  inputs: [x(shape), ints(pads)],
  attributes,
});

const far = Number.MAX_SAFE_INTEGER;

export const cutting: Case[] = [
  slice('a block', [4, 5], [1, 0], [3, 4]),
  slice('one axis', [4, 5], [1], [4], [1]),
  slice('a negative axis', [2, 3, 4], [1], [3], [-2]),
  slice('starts and ends from behind', [4, 5], [-3, -4], [-1, far], [0, 1]),
  slice('ends beyond', [4, 5], [2], [100], [1]),
  slice('starts beyond', [4, 5], [-100], [2], [1]),
  slice('steps', [7, 6], [0, 1], [7, 6], [0, 1], [3, 2]),
  slice('steps, last cell read', [7, 6], [0, 1], [7, 6], [0, 1], [2, 4]),
  slice('backwards', [4, 3], [-1], [-far], [0], [-1]),
  slice('backwards in steps', [7, 3], [5], [0], [0], [-2]),
  slice('backwards from beyond, to the first', [6, 2], [100], [-far], [0], [-2]),
  slice('every second row, the other axis backwards', [5, 4], [1, 2], [5, -far], [0, 1], [2, -1]),
  slice('as ShuffleNet and Swin cut', [2, 4, 4, 2], [0], [far], [1], [2]),
  {
    operator: 'Slice',
    title: 'parts as attributes',
    opset: 9,
    inputs: [x([3, 4])],
    attributes: { starts: [1], ends: [3], axes: [1] },
  },
  pad('zeros', [2, 3], [1, 0, 2, 1]),
  pad('cropped', [3, 4], [-1, 1, 0, -2]),
  { operator: 'Pad', title: 'a value', inputs: [x([2, 3]), ints([1, 1, 0, 2]), scalar(3)] },
  { operator: 'Pad', title: 'some axes', inputs: [x([2, 3, 2]), ints([1, 2, 0, 1]), omitted, ints([-1, 1])] },
  { operator: 'Pad', title: 'pads as attribute', opset: 10, inputs: [x([2, 3])], attributes: { pads: [1, 0, 0, 2] } },
  pad('reflect', [2, 4, 5], [0, 2, 1, 0, 3, 2], { mode: 'reflect' }),
  pad('edge', [2, 3, 4], [1, 2, 0, 0, 1, 3], { mode: 'edge' }),
  { ...pad('wrap', [2, 3, 4], [0, 2, 1, 0, 1, 3], { mode: 'wrap' }), opset: 19 },
  {
    operator: 'Pad',
    title: 'reflect, some axes',
    inputs: [x([1, 2, 4, 4]), ints([1, 2, 1, 2]), omitted, ints([2, 3])],
    attributes: { mode: 'reflect' },
  },
];
