/** Average drop and increase in confidence (Chattopadhay et al. 2018, Grad-CAM++): what the score does when only the map's part is left. */

import type { ModelInput } from '../explanation.ts';
import { planesOf } from './picture.ts';

/** The picture with each pixel times its share of the map's positive part, 0 to 1. @param map one value a pixel, one of them positive */
export function maskedPicture(picture: Float32Array, map: Float32Array, input: ModelInput): Float32Array {
  const top = map.reduce((a, b) => Math.max(a, b), 0);
  const masked = picture.slice();
  for (const { first, step } of planesOf(input)) {
    map.forEach((value, pixel) => {
      const at = first + pixel * step;
      masked[at] = (picture[at] ?? 0) * (top > 0 ? Math.max(value, 0) / top : 0);
    });
  }
  return masked;
}

/** Which share of the score is lost, 0 to 1: 0 where it rises. */
export function confidenceDrop(whole: number, masked: number): number {
  return whole > 0 ? Math.max(0, whole - masked) / whole : 0;
}
