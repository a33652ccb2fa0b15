import { fromGradients, weightedSum } from './method.ts';

/**
 * Grad-CAM: `M = sum_c mean_hw(g_c) A_c` (Selvaraju et al. 2017, section 3, equations 1 and 2), without the ReLU, so
 * that evidence against the class keeps its sign.
 */
export const gradCam = fromGradients((hook, gradients) =>
  weightedSum(hook, hook.build.reduce('ReduceMean', gradients, [2], false)),
);
