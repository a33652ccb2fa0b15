import { gradCam } from './grad-cam.ts';
import type { Method } from './method.ts';

/**
 * Finer-CAM: Grad-CAM of `y_c - mean_d y_d`, d being the classes most similar to c (Zhang et al. 2025, with a comparison
 * strength of 1). Which classes those are: `finerSeed` in `../seed.ts`.
 */
export const finerCam: Method = { ...gradCam, seed: 'finer' };
