import { cellProducts, channelSum, fromGradients } from './method.ts';

/**
 * LayerCAM: `M = sum_c relu(g_c) A_c`, cell by cell (Jiang et al. 2021). Behind a ReLU it has no
 * negative cell; elsewhere the paper's last ReLU is left out, as in every method here.
 */
export const layerCam = fromGradients((hook, gradients) =>
  channelSum(hook, cellProducts(hook, hook.build.op('Relu', [gradients]))),
);
