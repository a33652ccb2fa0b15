/** Functions of one tensor, element by element. Derivatives follow from the definitions in the ONNX operator reference. */

import { gated } from './gates.ts';
import { between, greater, less, oneMinus, plus, square, times, unary } from './pointwise.ts';
import type { Rule } from './rule.ts';

export const activations: Record<string, Rule> = {
  Relu: (n) => [() => gated(n, 0, undefined)],
  Clip: (n) => {
    const limits = [n.constant(1)?.[0], n.constant(2)?.[0]] as const;
    return [() => (limits.every((limit) => limit === undefined) ? n.g : gated(n, ...limits))];
  },
  LeakyRelu: (n) => [() => n.where(less(n, n.x(), 0), n.scale(n.g, n.float('alpha', 0.01)), n.g)],
  Sigmoid: times((n) => n.mul(n.y(), oneMinus(n, n.y()))),
  Tanh: times((n) => oneMinus(n, square(n, n.y()))),
  Softplus: times((n) => unary(n, 'Sigmoid', n.x())),
  HardSigmoid: times((n) => n.scale(n.mask(between(n, n.y(), 0, 1)), n.float('alpha', 0.2))),
  // x * max(0, min(1, x / 6 + 1 / 2)): slope x / 3 + 1 / 2 between -3 and 3, 1 above.
  HardSwish: times((n) => {
    const inner = plus(n, n.scale(n.x(), 1 / 3), 0.5);
    const upper = n.mask(greater(n, n.x(), 3));
    return n.where(between(n, n.x(), -3, 3), inner, upper);
  }),
  Exp: times((n) => n.y()),
  Log: (n) => [() => n.div(n.g, n.x())],
  // None at zero, where the slope is endless: exporters spell norms and deviations with it, and cells that are all off have none.
  Sqrt: (n) => [
    () => {
      const zero = n.build.op('Equal', [n.y(), n.build.scalar(0)]);
      const slope = n.div(n.build.scalar(0.5), n.where(zero, n.build.scalar(1), n.y()));
      return n.mul(n.g, n.where(zero, n.build.scalar(0), slope));
    },
  ],
  Reciprocal: (n) => [() => n.neg(n.mul(n.g, square(n, n.y())))],
  Neg: (n) => [() => n.neg(n.g)],
  Abs: times((n) => unary(n, 'Sign', n.x())),
  // d erf(x) / dx = 2 / sqrt(pi) * exp(-x^2)
  Erf: times((n) => n.scale(unary(n, 'Exp', n.neg(square(n, n.x()))), 2 / Math.sqrt(Math.PI))),
};
