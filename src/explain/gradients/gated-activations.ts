/** Activations of the form x times a smooth gate, among them ONNX Runtime's own fused ones. */

import { once } from './once.ts';
import { oneMinus, plus, square, times, unary } from './pointwise.ts';
import type { ReverseNode } from './reverse-node.ts';
import type { Rule } from './rule.ts';

/** x Phi(x), Phi the normal distribution: slope Phi(x) + x phi(x) (Hendrycks and Gimpel 2016). */
function geluSlope(n: ReverseNode, x: string): string {
  const phi = n.scale(unary(n, 'Exp', n.scale(square(n, x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  const distribution = n.scale(plus(n, unary(n, 'Erf', n.scale(x, Math.SQRT1_2)), 1), 0.5);
  return n.add(distribution, n.mul(x, phi));
}

/** The approximation 0.5 x (1 + tanh u), u = sqrt(2 / pi) (x + 0.044715 x^3): slope 0.5 (1 + t) + 0.5 x (1 - t^2) u'. */
function tanhGeluSlope(n: ReverseNode, x: string): string {
  const [outer, cubic] = [Math.sqrt(2 / Math.PI), 0.044715];
  const squared = square(n, x);
  const t = unary(n, 'Tanh', n.mul(x, plus(n, n.scale(squared, outer * cubic), outer)));
  const slopeOfU = plus(n, n.scale(squared, 3 * outer * cubic), outer);
  const bend = n.mul(n.mul(x, oneMinus(n, square(n, t))), slopeOfU);
  return n.scale(plus(n, n.add(t, bend), 1), 0.5);
}

/** y = x s, s = sigmoid(alpha x): slope s + alpha y (1 - s) (Ramachandran and others 2017). */
const swish =
  (alpha: number): Rule =>
  (n) => {
    const scale = n.float('alpha', alpha);
    return times(() => {
      const s = unary(n, 'Sigmoid', n.scale(n.x(), scale));
      return n.add(s, n.scale(n.mul(n.y(), oneMinus(n, s)), scale));
    })(n);
  };

/** A gelu of x plus a bias; both gradients are the slope times g, the bias's summed over what it was repeated along. */
const biased =
  (slope: (n: ReverseNode, x: string) => string): Rule =>
  (n) => {
    const shared = once(() => n.mul(n.g, slope(n, n.x(1) === '' ? n.x() : n.add(n.x(0), n.x(1)))));
    return [shared, () => n.unbroadcast(shared(), 1)];
  };

export const gatedActivations: Record<string, Rule> = {
  Gelu: times((n) => (n.string('approximate', 'none') === 'tanh' ? tanhGeluSlope : geluSlope)(n, n.x())),
  // x tanh(softplus(x)): slope t + x (1 - t^2) sigmoid(x) (Misra 2019).
  Mish: times((n) => {
    const t = unary(n, 'Tanh', unary(n, 'Softplus', n.x()));
    return n.add(t, n.mul(n.mul(n.x(), oneMinus(n, square(n, t))), unary(n, 'Sigmoid', n.x())));
  }),
  Swish: swish(1),
  'com.microsoft.BiasGelu': biased(geluSlope),
  'com.microsoft.FastGelu': biased(tanhGeluSlope),
  'com.microsoft.Gelu': times((n) => geluSlope(n, n.x())),
  'com.microsoft.QuickGelu': swish(1.702),
};
