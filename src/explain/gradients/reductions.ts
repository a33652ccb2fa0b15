/** Reductions over axes given as an input; none given means all. */

import { unary } from './pointwise.ts';
import type { ReverseNode } from './reverse-node.ts';
import type { Rule } from './rule.ts';

function reducedAxes(n: ReverseNode): number[] {
  const given = n.constant(1) ?? n.ints('axes') ?? [];
  if (given.length > 0) return given.map((axis) => n.axis(axis));
  return n.int('noop_with_empty_axes', 0) === 1 ? [] : n.shape().map((_, axis) => axis);
}

/** The input's shape with 1 for every reduced axis. */
function keptShape(n: ReverseNode): number[] {
  const axes = new Set(reducedAxes(n));
  return n.shape().map((size, axis) => (axes.has(axis) ? 1 : size));
}

/** A tensor of the reduced shape, with the reduced axes back in place as 1. */
function keepingAxes(n: ReverseNode, tensor: string): string {
  return n.int('keepdims', 1) === 1 ? tensor : n.build.reshape(tensor, keptShape(n));
}

const spreadBack = (n: ReverseNode, tensor: string) => n.build.repeat(keepingAxes(n, tensor), keptShape(n), n.shape());

/** A rule from the derivative; it may have the input's shape or the result's with the reduced axes kept. */
const times =
  (derivative: (n: ReverseNode, y: string) => string): Rule =>
  (n) => [() => n.mul(keepingAxes(n, n.g), derivative(n, keepingAxes(n, n.y())))];

const sumOver = (n: ReverseNode, tensor: string) => n.build.reduce('ReduceSum', tensor, reducedAxes(n), true);

/** The gradient is shared among equal extremes, as in torch.amax. */
const extremum: Rule = (n) => [
  () => {
    const mask = n.mask(n.build.op('Equal', [n.x(), keepingAxes(n, n.y())]));
    return n.mul(mask, n.div(keepingAxes(n, n.g), sumOver(n, mask)));
  },
];

/** The product of all others: y / x, and for zeros what the others come to, which is zero beside a second zero. */
function productOfOthers(n: ReverseNode, y: string): string {
  const { build } = n;
  const zero = build.op('Equal', [n.x(), build.scalar(0)]);
  const rest = build.op('ReduceProd', [n.where(zero, build.scalar(1), n.x()), build.ints(reducedAxes(n))], {
    keepdims: 1,
  });
  const onlyZero = build.op('Equal', [sumOver(n, n.mask(zero)), build.scalar(1)]);
  const atZero = n.where(onlyZero, rest, build.scalar(0));
  return n.where(zero, atZero, n.div(y, n.where(zero, build.scalar(1), n.x())));
}

/** x / |x|, with no gradient where the norm is zero. */
function direction(n: ReverseNode, y: string): string {
  const zero = n.build.op('Equal', [y, n.build.scalar(0)]);
  return n.div(n.x(), n.where(zero, n.build.scalar(1), y));
}

const rules: Record<string, Rule> = {
  ReduceL1: times((n) => unary(n, 'Sign', n.x())),
  ReduceL2: times(direction),
  ReduceLogSum: (n) => [() => spreadBack(n, n.div(n.g, unary(n, 'Exp', n.y())))],
  ReduceLogSumExp: times((n, y) => unary(n, 'Exp', n.sub(n.x(), y))),
  ReduceMax: extremum,
  ReduceMean: (n) => [
    () => {
      const count = reducedAxes(n).reduce((all, axis) => all * (n.shape()[axis] ?? 1), 1);
      return spreadBack(n, n.scale(n.g, 1 / count));
    },
  ],
  ReduceMin: extremum,
  ReduceProd: times(productOfOthers),
  ReduceSum: (n) => [() => spreadBack(n, n.g)],
  ReduceSumSquare: times((n) => n.scale(n.x(), 2)),
};

/** Told to reduce over no axes at all, these hand their input on. */
const unchangedByNothing = new Set(['ReduceMax', 'ReduceMean', 'ReduceMin', 'ReduceProd', 'ReduceSum']);

const unlessNothing =
  (operator: string, rule: Rule): Rule =>
  (n) => {
    if (n.int('noop_with_empty_axes', 0) === 0 || reducedAxes(n).length > 0) return rule(n);
    if (!unchangedByNothing.has(operator)) throw n.refusal('it reduces over no axes');
    return [() => n.g];
  };

export const reductions: Record<string, Rule> = Object.fromEntries(
  Object.entries(rules).map(([operator, rule]) => [operator, unlessNothing(operator, rule)]),
);
