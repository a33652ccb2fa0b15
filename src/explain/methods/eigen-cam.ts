import { largestMagnitude, type Method } from './method.ts';
import { principalMap } from './principal-component.ts';

/**
 * Eigen-CAM: `M = A v` with v the first right singular vector of the activations, cells by channels (Muhammad and Yeasin
 * 2020). It knows no class: every target gets the same map. Sign: see `principal-component.ts`.
 */
export const eigenCam: Method = {
  needs: 'activations',
  reduce(hook) {
    const { build, activations } = hook;
    return { map: principalMap(hook, activations), peak: largestMagnitude(build, activations, [1, 2]) };
  },
};
