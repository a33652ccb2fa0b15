import { type Case, ints, scalar, sizeOf, typed, w, x } from '../network.ts';
import { awayFrom, distinct, exactly, uniform } from '../samples.ts';

/** Shapes that broadcast in each direction. */
const broadcasts: [string, number[], number[]][] = [
  ['equal shapes', [2, 3], [2, 3]],
  ['second repeated', [2, 3, 4], [3, 1]],
  ['first repeated', [4], [2, 3, 4]],
  ['both repeated', [2, 1, 4], [3, 1]],
  ['a scalar', [2, 3], []],
  ['into more axes of one', [3], [1, 1, 3]],
];

const binary = (operator: string, second = uniform(0.5, 2), first = uniform(-2, 2)): Case[] =>
  broadcasts.map(([title, a, b]) => ({ operator, title, inputs: [x(a, first), x(b, second)] }));

/** `count` values that take turns. */
const repeatTo = (count: number, ...values: number[]) =>
  Array.from({ length: count }, (_, i) => values[i % values.length] ?? 0);

const shifted = (distance: number) => (count: number, random: () => number) =>
  distinct(count, random).map((value) => value + distance);

export const elementwise: Case[] = [
  ...binary('Add'),
  ...binary('Sub'),
  ...binary('Mul'),
  ...binary('Div'),
  ...binary('Pow', uniform(-1.5, 2.5), uniform(0.6, 1.6)),
  { operator: 'Pow', title: 'square of either sign', inputs: [x([2, 3]), scalar(2)] },
  { operator: 'Pow', title: 'cube of either sign', inputs: [x([2, 3]), scalar(3)] },
  { operator: 'Pow', title: 'square root', inputs: [x([2, 3], uniform(0.5, 2)), scalar(0.5)] },
  { operator: 'Pow', title: 'integer exponent', inputs: [x([2, 3]), ints([3], [])] },
  { operator: 'Pow', title: 'exponent per column', inputs: [x([2, 3], uniform(0.5, 2)), w([3])] },
  ...binary('Max', shifted(0.1), distinct),
  ...binary('Min', shifted(0.1), distinct),
  { operator: 'Max', title: 'one input', inputs: [x([2, 3])] },
  {
    operator: 'Max',
    title: 'three inputs',
    inputs: [x([2, 3], distinct), x([3], shifted(0.07)), x([2, 1], shifted(0.14))],
    step: 2 ** -7,
  },
  { operator: 'Min', title: 'a constant', inputs: [x([2, 3], distinct), scalar(0.1)], step: 2 ** -6 },
  { operator: 'Sum', title: 'three inputs', inputs: [x([2, 3]), x([3]), x([2, 1])] },
  { operator: 'Sum', title: 'one input', inputs: [x([2, 3])] },
  { operator: 'Mean', title: 'three inputs', inputs: [x([2, 3]), x([3]), x([2, 1])] },
  {
    operator: 'Where',
    title: 'equal shapes',
    inputs: [typed('bool', [1, 0, 0, 1, 1, 0], [2, 3]), x([2, 3]), x([2, 3])],
  },
  { operator: 'Where', title: 'condition repeated', inputs: [typed('bool', [1, 0, 1], [3]), x([2, 3]), x([2, 1])] },
  { operator: 'Where', title: 'scalars', inputs: [typed('bool', [1, 0, 1, 1], [2, 2]), x([]), x([2])] },
  {
    operator: 'Where',
    title: 'a mask of minus infinity',
    inputs: [typed('bool', [1, 0, 1], [3]), x([2, 3]), scalar(-3e4)],
  },
  { operator: 'Abs', title: 'vectors', inputs: [x([5], awayFrom(0))] },
  ...broadcasts.map(
    ([title, a, b]): Case => ({
      operator: 'Mod',
      title,
      inputs: [x(a, exactly(...repeatTo(sizeOf(a), 1.3, -0.7, 2.9))), x(b, exactly(...repeatTo(sizeOf(b), 0.8, 1.1)))],
      attributes: { fmod: 1 },
      step: 2 ** -6,
    }),
  ),
  {
    operator: 'Sign',
    title: 'of a signed square root',
    inputs: [x([2, 3], awayFrom(0))],
    next: [
      { operator: 'Abs', inputs: ['input0'] },
      { operator: 'Sqrt', inputs: ['next0'] },
      { operator: 'Mul', inputs: ['output0', 'next1'] },
    ],
    step: 2 ** -6,
  },
  {
    operator: 'Floor',
    title: 'taken off what it was made of',
    inputs: [x([3], exactly(0.4, -1.3, 1.6))],
    next: [{ operator: 'Sub', inputs: ['input0', 'output0'] }],
  },
];
