import { cellProducts, fromGradients, weightedSum } from './method.ts';

/**
 * XGrad-CAM: `M = sum_c w_c A_c` with `w_c = sum_hw g A_c / sum_hw A_c` (Fu et al. 2020): the gradient's mean
 * over the cells, each counted by its activation. 0 for a channel whose activations add up to nothing. Without the ReLU.
 */
export const xGradCam = fromGradients((hook, gradients) => {
  const { build, activations } = hook;
  const total = build.reduce('ReduceSum', activations, [2], false);
  const isZero = build.op('Equal', [total, build.scalar(0)]);
  const products = build.reduce('ReduceSum', cellProducts(hook, gradients), [2], false);
  const weights = build.op('Div', [products, build.op('Where', [isZero, build.scalar(1), total])]);
  return weightedSum(hook, build.op('Where', [isZero, build.scalar(0), weights]));
});
