import { largestMagnitude, type Method, noEvidence, weightedSum } from './method.ts';

/**
 * Grad-CAM: `M = sum_c mean_hw(g_c) A_c` (Selvaraju et al. 2017, section 3, equations 1 and 2), without the ReLU, so
 * that evidence against the class keeps its sign.
 */
export const gradCam: Method = {
  needs: 'gradients',
  reduce(hook) {
    const { build, gradients } = hook;
    if (gradients === undefined) return noEvidence(hook);
    const weights = build.reduce('ReduceMean', gradients, [2], false);
    return { map: weightedSum(hook, weights), peak: largestMagnitude(build, gradients, [1, 2]) };
  },
};
