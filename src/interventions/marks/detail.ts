/** What is drawn over a picture, and what is behind it no more than that. */

import type { RgbImage, Size } from '../../shared/picture/raster.ts';
import { brightnessOf, type Heatmap } from '../mask.ts';
import { softened } from '../statistics/soften.ts';
import { lumas } from '../statistics/statistic.ts';

/** Deviation of the blur beside which a pixel is bright or dark, as a share of the picture's shorter side. */
const detailShare = 1 / 40;
/** Levels that a pixel counts at most: strong edges are of the pictures themselves. */
const mostLevels = 40;

/** Luma less that of its surroundings, cut off, `[height, width]`. */
export function detailOf(picture: RgbImage): Float64Array {
  const { width, height } = picture;
  const luma = lumas(picture);
  const around = softened(luma, width, height, Math.min(width, height) * detailShare);
  return luma.map((value, at) => Math.max(-mostLevels, Math.min(mostLevels, value - (around[at] ?? 0))));
}

/** Detail that counts as much as a map of the picture is bright there: all of it where the map shows nothing. */
export function attendedDetail(detail: Float64Array, heatmap: Heatmap, size: Size): Float64Array {
  const { values: bright, max } = brightnessOf(heatmap, size);
  return max > 0 ? detail.map((value, at) => (value * (bright[at] ?? 0)) / max) : detail;
}
