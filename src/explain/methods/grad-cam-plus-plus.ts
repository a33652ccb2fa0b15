import { fromGradients, weightedSum } from './method.ts';

/**
 * Grad-CAM++: `M = sum_c w_c A_c` with `w_c = sum_hw alpha relu(g)` and
 * `alpha = g^2 / (2 g^2 + g^3 sum_hw A_c)` (Chattopadhay et al. 2018; alpha in equation 19, for a score `exp(S)` whose
 * higher derivatives are powers of the gradient g of the logit S). The factor `exp(S)` of every weight, one number an
 * image, is left out: it overflows, and changes no picture.
 *
 * Only cells with g > 0 count, and there alpha is `1 / (2 + g sum_hw A_c)`. Behind a ReLU that is at most 1/2; where
 * activations are negative the denominator can come close to zero, and the method with it.
 */
export const gradCamPlusPlus = fromGradients((hook, gradients) => {
  const { build, cells, activations } = hook;
  const total = build.reduce('ReduceSum', activations, [2], true);
  const denominator = build.op('Add', [build.op('Mul', [gradients, total]), build.scalar(2)]);
  const isZero = build.op('Equal', [denominator, build.scalar(0)]);
  const safe = build.op('Where', [isZero, build.scalar(1), denominator]);
  const perCell = build.op('Div', [build.op('Relu', [gradients]), safe]);
  // The mean times the cells: gradients may be given once for all cells.
  const mean = build.reduce('ReduceMean', perCell, [2], false);
  return weightedSum(hook, build.op('Mul', [mean, build.scalar(cells)]));
});
