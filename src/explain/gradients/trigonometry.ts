/** Trigonometric and hyperbolic functions and their inverses. */

import { oneMinus, plus, square, times, unary } from './pointwise.ts';
import type { ReverseNode } from './reverse-node.ts';
import type { Rule } from './rule.ts';

/** A rule where the derivative is 1 over something. */
const over =
  (reciprocal: (n: ReverseNode) => string): Rule =>
  (n) => [() => n.div(n.g, reciprocal(n))];

const root = (n: ReverseNode, a: string) => unary(n, 'Sqrt', a);

export const trigonometry: Record<string, Rule> = {
  Sin: times((n) => unary(n, 'Cos', n.x())),
  Cos: (n) => [() => n.neg(n.mul(n.g, unary(n, 'Sin', n.x())))],
  Tan: times((n) => plus(n, square(n, n.y()), 1)),
  Asin: over((n) => root(n, oneMinus(n, square(n, n.x())))),
  Acos: (n) => [() => n.neg(n.div(n.g, root(n, oneMinus(n, square(n, n.x())))))],
  Atan: over((n) => plus(n, square(n, n.x()), 1)),
  Sinh: times((n) => unary(n, 'Cosh', n.x())),
  Cosh: times((n) => unary(n, 'Sinh', n.x())),
  Asinh: over((n) => root(n, plus(n, square(n, n.x()), 1))),
  Acosh: over((n) => root(n, plus(n, square(n, n.x()), -1))),
  Atanh: over((n) => oneMinus(n, square(n, n.x()))),
};
