import { cellProducts, fromGradients } from './method.ts';
import { principalMap } from './principal-component.ts';

/**
 * Eigen-Grad-CAM: Eigen-CAM (Muhammad and Yeasin 2020) of `g A` in place of A, which brings in the class
 * (`EigenGradCAM` in pytorch-grad-cam's documentation). With its sign the map agrees with HiResCAM's.
 */
export const eigenGradCam = fromGradients((hook, gradients) => principalMap(hook, cellProducts(hook, gradients)));
