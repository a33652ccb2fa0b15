/** Activations that bend or jump at a point: exponential units, shrinkage, thresholds. */

import { greater, less, oneMinus, plus, square, times, unary } from './pointwise.ts';
import type { ReverseNode } from './reverse-node.ts';
import type { Rule } from './rule.ts';

/** Slope `positive` above zero; `negative`, read from the result, below. */
const bent = (n: ReverseNode, positive: number, negative: string) =>
  n.where(less(n, n.x(), 0), negative, n.build.scalar(positive));

export const exponentialUnits: Record<string, Rule> = {
  // y = alpha (exp(x) - 1) below zero, so its slope alpha exp(x) is y + alpha; the same for Selu and Celu.
  Elu: times((n) => bent(n, 1, plus(n, n.y(), n.float('alpha', 1)))),
  Selu: times((n) => {
    const gamma = n.float('gamma', 1.0507009873554805);
    return bent(n, gamma, plus(n, n.y(), gamma * n.float('alpha', 1.6732632423543772)));
  }),
  Celu: times((n) => bent(n, 1, plus(n, n.scale(n.y(), 1 / n.float('alpha', 1)), 1))),
  ThresholdedRelu: times((n) => n.mask(greater(n, n.x(), n.float('alpha', 1)))),
  Shrink: times((n) => n.mask(greater(n, unary(n, 'Abs', n.x()), n.float('lambd', 0.5)))),
  // y = x / (1 + |x|): slope 1 / (1 + |x|)^2, and 1 - |y| = 1 / (1 + |x|).
  Softsign: times((n) => square(n, oneMinus(n, unary(n, 'Abs', n.y())))),
};
