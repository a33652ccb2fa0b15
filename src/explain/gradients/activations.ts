/** Functions of one tensor, element by element. Derivatives follow from the definitions in the ONNX operator reference. */

import { aboveZero, insideLimits } from './gates.ts';
import type { ReverseNode, Rule } from './reverse-node.ts';

/** A rule from the derivative, as a tensor of the input's shape. */
const times =
  (derivative: (n: ReverseNode) => string): Rule =>
  (n) => [() => n.mul(n.g, derivative(n))];

const greater = (n: ReverseNode, a: string, limit: number) => n.build.op('Greater', [a, n.build.scalar(limit)]);
const less = (n: ReverseNode, a: string, limit: number) => n.build.op('Less', [a, n.build.scalar(limit)]);
const oneMinus = (n: ReverseNode, a: string) => n.sub(n.build.scalar(1), a);
const square = (n: ReverseNode, a: string) => n.mul(a, a);
const unary = (n: ReverseNode, op: string, a: string) => n.build.op(op, [a]);
const between = (n: ReverseNode, a: string, low: number, high: number) =>
  n.build.op('And', [greater(n, a, low), less(n, a, high)]);

export const activations: Record<string, Rule> = {
  Relu: times(aboveZero),
  Clip: (n) => {
    const limits = [n.constant(1)?.[0], n.constant(2)?.[0]] as const;
    return [() => (limits.every((limit) => limit === undefined) ? n.g : n.mul(n.g, insideLimits(n, ...limits)))];
  },
  LeakyRelu: (n) => [() => n.where(less(n, n.x(), 0), n.scale(n.g, n.float('alpha', 0.01)), n.g)],
  Sigmoid: times((n) => n.mul(n.y(), oneMinus(n, n.y()))),
  Tanh: times((n) => oneMinus(n, square(n, n.y()))),
  Softplus: times((n) => unary(n, 'Sigmoid', n.x())),
  HardSigmoid: times((n) => n.scale(n.mask(between(n, n.y(), 0, 1)), n.float('alpha', 0.2))),
  // x * max(0, min(1, x / 6 + 1 / 2)): slope x / 3 + 1 / 2 between -3 and 3, 1 above.
  HardSwish: times((n) => {
    const inner = n.add(n.scale(n.x(), 1 / 3), n.build.scalar(0.5));
    const upper = n.mask(greater(n, n.x(), 3));
    return n.where(between(n, n.x(), -3, 3), inner, upper);
  }),
  Exp: times((n) => n.y()),
  Log: (n) => [() => n.div(n.g, n.x())],
  Sqrt: (n) => [() => n.div(n.scale(n.g, 0.5), n.y())],
  Reciprocal: (n) => [() => n.neg(n.mul(n.g, square(n, n.y())))],
  Neg: (n) => [() => n.neg(n.g)],
  Abs: times((n) => unary(n, 'Sign', n.x())),
  // d erf(x) / dx = 2 / sqrt(pi) * exp(-x^2)
  Erf: times((n) => n.scale(unary(n, 'Exp', n.neg(square(n, n.x()))), 2 / Math.sqrt(Math.PI))),
};
