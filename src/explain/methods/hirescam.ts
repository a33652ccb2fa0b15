import { cellProducts, channelSum, fromGradients } from './method.ts';

/**
 * HiResCAM: `M = sum_c g_c A_c`, cell by cell (Draelos and Carin 2020). Where the head is linear from the
 * layer on, the cells add up to the class's logit less its bias.
 */
export const hiResCam = fromGradients((hook, gradients) => channelSum(hook, cellProducts(hook, gradients)));
