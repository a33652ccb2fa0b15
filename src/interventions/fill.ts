/** Covering a part of a picture with what could have been there: many pictures and many places, so it has to be quick. */

import type { RgbImage } from '../shared/picture/raster.ts';
import type { Mask } from './mask.ts';

/**
 * `surroundings`: what lies around the region flows into it (push-pull over an image pyramid; Gortler et al. 1996, section 3.4). `blur`: the picture out of
 * focus, an eighth of its side at a time. Any filling is a picture that no camera takes, each in another way: what one does and the other does not is the filling's.
 */
export const coverings = ['surroundings', 'blur'] as const;
export type Covering = (typeof coverings)[number];

/** A copy whose region is covered; outside of it every pixel stays. */
export function covered(picture: RgbImage, mask: Mask, covering: Covering): RgbImage {
  const weights = Float32Array.from(mask.inside, (inside) => (covering === 'blur' || inside === 0 ? 1 : 0));
  const level = { width: picture.width, height: picture.height, values: Float32Array.from(picture.pixels), weights };
  const filled = pulled(level, covering === 'blur' ? Math.max(1, Math.min(picture.width, picture.height) / 8) : 0);
  const pixels = picture.pixels.slice();
  mask.inside.forEach((inside, pixel) => {
    if (inside === 0) return;
    for (let at = pixel * 3; at < pixel * 3 + 3; at++) pixels[at] = Math.round(filled[at] ?? 0);
  });
  return { ...picture, pixels };
}

interface Level {
  width: number;
  height: number;
  /** `[height, width, 3]`, and how much is known of each pixel, 0 to 1. */
  values: Float32Array;
  weights: Float32Array;
}

/**
 * Values for all pixels: known ones as they are, the others from the next coarser level.
 * @param coarseness pixels of the finest level that become one before anything is read back; 0: as few as are needed
 */
function pulled(level: Level, coarseness: number): Float32Array {
  const { width, height, values, weights } = level;
  if ((coarseness < 1 && weights.every((weight) => weight === 1)) || (width === 1 && height === 1)) return values;
  const half = halved(level);
  const above = pulled(half, coarseness / 2);
  const result = new Float32Array(values.length);
  for (let y = 0, pixel = 0; y < height; y++) {
    const rows = neighbours(y, half.height);
    for (let x = 0; x < width; x++, pixel++) {
      const weight = coarseness >= 1 ? 0 : (weights[pixel] ?? 0);
      const columns = neighbours(x, half.width);
      for (let channel = 0; channel < 3; channel++) {
        const own = values[pixel * 3 + channel] ?? 0;
        result[pixel * 3 + channel] =
          weight === 1 ? own : weight * own + (1 - weight) * between(above, half.width, rows, columns, channel);
      }
    }
  }
  return result;
}

/** Each pixel is the mean of the four below it, weighted by what is known of them. */
function halved({ width, height, values, weights }: Level): Level {
  const [w, h] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const sums = new Float32Array(w * h * 3);
  const totals = new Float32Array(w * h);
  const counts = new Uint8Array(w * h);
  for (let y = 0, pixel = 0; y < height; y++) {
    for (let x = 0; x < width; x++, pixel++) {
      const to = (y >> 1) * w + (x >> 1);
      const weight = weights[pixel] ?? 0;
      counts[to] = (counts[to] ?? 0) + 1;
      totals[to] = (totals[to] ?? 0) + weight;
      for (let channel = 0; channel < 3; channel++) {
        sums[to * 3 + channel] = (sums[to * 3 + channel] ?? 0) + weight * (values[pixel * 3 + channel] ?? 0);
      }
    }
  }
  for (let to = 0; to < totals.length; to++) {
    const total = totals[to] ?? 0;
    if (total === 0) continue;
    for (let channel = 0; channel < 3; channel++) sums[to * 3 + channel] = (sums[to * 3 + channel] ?? 0) / total;
  }
  // A pixel of which anything is known is known: what is coarser knows less of it.
  return { width: w, height: h, values: sums, weights: totals.map((total) => (total > 0 ? 1 : 0)) };
}

interface Neighbours {
  low: number;
  high: number;
  /** How much `high` counts. */
  share: number;
}

/** Between which centres of a grid with half as many cells a cell lies. */
function neighbours(place: number, cells: number): Neighbours {
  const low = Math.max(0, (place - 1) >> 1);
  const high = Math.min(cells - 1, low + 1);
  return place === 0 ? { low: 0, high: 0, share: 0 } : { low, high, share: place % 2 === 1 ? 0.25 : 0.75 };
}

function between(values: Float32Array, width: number, row: Neighbours, column: Neighbours, channel: number): number {
  const value = (y: number, x: number) => values[(y * width + x) * 3 + channel] ?? 0;
  const upper = value(row.low, column.low) * (1 - column.share) + value(row.low, column.high) * column.share;
  const lower = value(row.high, column.low) * (1 - column.share) + value(row.high, column.high) * column.share;
  return upper * (1 - row.share) + lower * row.share;
}
