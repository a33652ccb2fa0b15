import { type Method, noEvidence, weightedSum } from './method.ts';

/**
 * CAM: `M_k = sum_c W[k, c] A_c` (Zhou et al. 2016, section 2, equation 2). W is the last linear layer's weight; its row
 * for the class is the gradient at that layer's input, which holds for a linear layer alone.
 */
export const cam: Method = {
  needs: 'head',
  reduce(hook) {
    return hook.classWeights === undefined ? noEvidence(hook) : weightedSum(hook, hook.classWeights);
  },
};
