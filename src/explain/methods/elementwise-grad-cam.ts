import { cellProducts, channelSum, fromGradients } from './method.ts';

/**
 * Elementwise Grad-CAM: `M = sum_c relu(g_c A_c)`, cell by cell: HiResCAM in which channels that speak against the class
 * do not cancel those that speak for it. The ReLU belongs to the definition (`GradCAMElementWise` in pytorch-grad-cam's
 * documentation), so no cell is negative.
 */
export const elementwiseGradCam = fromGradients((hook, gradients) =>
  channelSum(hook, hook.build.op('Relu', [cellProducts(hook, gradients)])),
);
