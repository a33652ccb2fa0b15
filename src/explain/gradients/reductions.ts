/** Reductions over axes given as an input; none given means all. */

import type { ReverseNode, Rule } from './reverse-node.ts';

export function reducedAxes(n: ReverseNode): number[] {
  const given = n.constant(1) ?? n.ints('axes') ?? [];
  if (given.length > 0) return given.map((axis) => n.axis(axis));
  return n.int('noop_with_empty_axes', 0) === 1 ? [] : n.shape().map((_, axis) => axis);
}

/** A tensor of the reduced shape, with the reduced axes back in place as 1. */
export function keepingAxes(n: ReverseNode, tensor: string): string {
  const axes = new Set(reducedAxes(n));
  const shape = n.shape().map((size, axis) => (axes.has(axis) ? 1 : size));
  return n.int('keepdims', 1) === 1 ? tensor : n.build.reshape(tensor, shape);
}

const spreadBack = (n: ReverseNode, tensor: string) =>
  n.build.op('Expand', [keepingAxes(n, tensor), n.build.ints(n.shape())]);

/** The gradient is shared among equal extremes, as in torch.amax. */
const extremum: Rule = (n) => [
  () => {
    const mask = n.mask(n.build.op('Equal', [n.x(), keepingAxes(n, n.y())]));
    const ties = n.build.reduce('ReduceSum', mask, reducedAxes(n), true);
    return n.mul(mask, n.div(keepingAxes(n, n.g), ties));
  },
];

export const reductions: Record<string, Rule> = {
  ReduceMax: extremum,
  ReduceMin: extremum,
  ReduceMean: (n) => [
    () => {
      const count = reducedAxes(n).reduce((all, axis) => all * (n.shape()[axis] ?? 1), 1);
      return spreadBack(n, n.scale(n.g, 1 / count));
    },
  ],
  ReduceSum: (n) => [() => spreadBack(n, n.g)],
};
