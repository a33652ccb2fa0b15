/**
 * ROAD, Remove And Debias (Rong et al. 2022): the score after a share of the pixels is gone, the most important first or the least
 * important first. What is gone is filled with the weighted mean of its neighbours and a little noise (the paper's noisy linear
 * imputation), so that the hole's shape does not tell the network what was there.
 */

import type { ModelInput } from '../explanation.ts';
import { normalNumbers } from '../random-numbers.ts';
import { Hole } from './neighbour-interpolation.ts';
import { planesOf, readPlane, writePlane } from './picture.ts';

/** Shares of the pixels that are taken away. */
export const removedShares = [0.1, 0.3, 0.5, 0.7, 0.9];
/** Standard deviation of the noise, as a share of the picture's range of values. */
const noiseLevel = 0.01;
/** The same noise for every picture, so that the result depends on the picture and its map alone. */
const noiseSeed = 0x40ad;

/** The picture without `share` of its pixels, the first of the order. */
export function imputedPicture(
  picture: Float32Array,
  order: Uint32Array,
  share: number,
  input: ModelInput,
): Float32Array {
  const removed = order.subarray(0, Math.round(share * order.length));
  const mask = new Uint8Array(order.length);
  for (const pixel of removed) mask[pixel] = 1;
  const hole = new Hole(mask, input);
  const result = picture.slice();
  const normal = normalNumbers(noiseSeed);
  const noise = noiseLevel * rangeOf(picture);
  for (const plane of planesOf(input)) {
    const values = Float64Array.from(readPlane(picture, plane, order.length));
    hole.fill(values);
    // Drawn for every pixel, so that a pixel's noise does not depend on which others are gone.
    writePlane(
      result,
      plane,
      values.map((value, pixel) => {
        const own = noise * normal();
        return mask[pixel] === 1 ? value + own : value;
      }),
    );
  }
  return result;
}

function rangeOf(values: Float32Array): number {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return high - low;
}
