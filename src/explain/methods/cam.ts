import { largestMagnitude, type Method, noEvidence, weightedSum } from './method.ts';

/**
 * CAM: `M_k = sum_c W[k, c] A_c` (Zhou et al. 2016, section 2, equation 2). W is the last linear layer's weight; its row
 * for the class is the gradient at that layer's input, which holds for a linear layer alone.
 */
export const cam: Method = {
  needs: 'head',
  reduce(hook) {
    const { build, classWeights } = hook;
    if (classWeights === undefined) return noEvidence(hook);
    return { map: weightedSum(hook, classWeights), peak: largestMagnitude(build, classWeights, [1]) };
  },
};
