import { type Case, ints, x } from '../network.ts';
import { distinct } from '../samples.ts';

const gather = (title: string, shape: number[], indices: ReturnType<typeof ints>, axis = 0): Case => ({
  operator: 'Gather',
  title,
  inputs: [x(shape), indices],
  attributes: { axis },
});

export const indexing: Case[] = [
  gather('one position, axis dropped', [2, 3, 4], ints([1], []), 1),
  gather('the last position', [2, 3, 4], ints([-1], []), -1),
  gather('one position, axis kept', [3, 4], ints([2])),
  gather('a range', [2, 5, 2], ints([1, 2, 3]), 1),
  gather('a permutation', [2, 4, 2], ints([2, 0, 3, 1]), 1),
  gather('some positions, one twice', [2, 5, 2], ints([4, 0, -1]), 1),
  gather('a table of positions', [5, 2], ints([4, 0, 1, 1, 2, 4], [2, 3])),
  gather('sliding windows', [2, 5], ints([0, 1, 1, 2, 2, 3, 3, 4], [4, 2]), 1),
  { operator: 'GatherElements', inputs: [x([2, 4]), ints([3, 0, 0, 1, -1, 1], [2, 3])], attributes: { axis: 1 } },
  { operator: 'GatherElements', title: 'first axis', inputs: [x([3, 2]), ints([2, 0, 2, 1], [2, 2])] },
  { operator: 'GatherND', title: 'elements', inputs: [x([2, 3]), ints([0, 1, 1, 2, 1, -1], [3, 2])] },
  { operator: 'GatherND', title: 'rows', inputs: [x([3, 2]), ints([2, 0, 2], [3, 1])] },
  {
    operator: 'GatherND',
    title: 'one batch axis',
    inputs: [x([2, 3, 2]), ints([1, 0, 0, 2], [2, 2, 1])],
    attributes: { batch_dims: 1 },
  },
  {
    operator: 'GatherND',
    title: 'two batch axes',
    inputs: [x([2, 2, 3]), ints([1, 0, 2, 2], [2, 2, 1])],
    attributes: { batch_dims: 2 },
  },
  {
    operator: 'ScatterElements',
    inputs: [x([2, 4]), ints([3, 0, 0, -2], [2, 2]), x([2, 2])],
    attributes: { axis: 1 },
  },
  {
    operator: 'ScatterElements',
    title: 'added',
    inputs: [x([3, 2]), ints([2, 0, 2, 1], [2, 2]), x([2, 2])],
    attributes: { reduction: 'add' },
  },
  { operator: 'ScatterND', title: 'elements', inputs: [x([2, 3]), ints([0, 1, 1, 2], [2, 2]), x([2])] },
  { operator: 'ScatterND', title: 'rows', inputs: [x([4, 2]), ints([3, 1], [2, 1]), x([2, 2])] },
  {
    operator: 'ScatterND',
    title: 'added, one place twice',
    inputs: [x([4, 2]), ints([1, 1], [2, 1]), x([2, 2])],
    attributes: { reduction: 'add' },
  },
  { operator: 'TopK', inputs: [x([2, 5], distinct), ints([2])], outputs: 2, scored: [0] },
  {
    operator: 'TopK',
    title: 'smallest, another axis',
    inputs: [x([4, 3], distinct), ints([3])],
    attributes: { axis: 0, largest: 0 },
    outputs: 2,
    scored: [0],
  },
  {
    operator: 'TopK',
    title: 'opset 9',
    opset: 9,
    inputs: [x([2, 5], distinct)],
    attributes: { k: 2 },
    outputs: 2,
    scored: [0],
  },
];
