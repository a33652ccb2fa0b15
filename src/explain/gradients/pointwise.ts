/** What rules for functions of one tensor, element by element, are written with. */

import type { ReverseNode } from './reverse-node.ts';
import type { Rule } from './rule.ts';

/** A rule from the derivative, as a tensor of the input's shape. */
export const times =
  (derivative: (n: ReverseNode) => string): Rule =>
  (n) => [() => n.mul(n.g, derivative(n))];

export const greater = (n: ReverseNode, a: string, limit: number) => n.build.op('Greater', [a, n.build.scalar(limit)]);
export const less = (n: ReverseNode, a: string, limit: number) => n.build.op('Less', [a, n.build.scalar(limit)]);
export const between = (n: ReverseNode, a: string, low: number, high: number) =>
  n.build.op('And', [greater(n, a, low), less(n, a, high)]);

export const plus = (n: ReverseNode, a: string, value: number) => n.add(a, n.build.scalar(value));
export const oneMinus = (n: ReverseNode, a: string) => n.sub(n.build.scalar(1), a);
export const square = (n: ReverseNode, a: string) => n.mul(a, a);
export const unary = (n: ReverseNode, op: string, a: string) => n.build.op(op, [a]);
