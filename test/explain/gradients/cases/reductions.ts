import { type Case, ints, omitted, x } from '../network.ts';
import { awayFrom, distinct, exactly, type Sample, spreadValues, uniform } from '../samples.ts';

const shape = [2, 3, 4];

const reduction = (operator: string, sample: Sample = spreadValues): Case[] => [
  { operator, title: 'all axes', inputs: [x(shape, sample)] },
  { operator, title: 'one axis', inputs: [x(shape, sample), ints([1])] },
  { operator, title: 'axes dropped', inputs: [x(shape, sample), ints([0, -1])], attributes: { keepdims: 0 } },
  { operator, title: 'all axes dropped', inputs: [x(shape, sample)], attributes: { keepdims: 0 } },
  {
    operator,
    title: 'axes as attribute',
    opset: 11,
    inputs: [x(shape, sample)],
    attributes: { axes: [2], keepdims: 0 },
  },
];

export const reductions: Case[] = [
  ...reduction('ReduceL1', awayFrom(0)),
  ...reduction('ReduceL2'),
  ...reduction('ReduceLogSum', uniform(0.5, 2)),
  ...reduction('ReduceLogSumExp'),
  ...reduction('ReduceMax', distinct),
  ...reduction('ReduceMean'),
  ...reduction('ReduceMin', distinct),
  ...reduction('ReduceProd', uniform(0.7, 1.4)),
  ...reduction('ReduceSum'),
  ...reduction('ReduceSumSquare'),
  { operator: 'ReduceProd', title: 'one zero', inputs: [x([2, 3], exactly(1.5, 0, -2, 0.5, 1, 2)), ints([1])] },
  {
    operator: 'ReduceProd',
    title: 'two zeros in a row',
    inputs: [x([2, 3], exactly(1.5, 0, 0, 0.5, 1, 2)), ints([1])],
  },
  {
    operator: 'ReduceSum',
    title: 'over nothing',
    inputs: [x([2, 3]), omitted],
    attributes: { noop_with_empty_axes: 1 },
  },
  {
    operator: 'ReduceMax',
    title: 'over nothing',
    inputs: [x([2, 3]), omitted],
    attributes: { noop_with_empty_axes: 1 },
  },
];
