/** Covering a part of a picture with what could have been there: many pictures and many places, so it has to be quick. */

import { type Sample, sampleAt } from '../explain/resize.ts';
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
  const { width, height } = picture;
  const filled =
    covering === 'blur'
      ? outOfFocus(picture, mask)
      : pulled({
          width,
          height,
          values: new Float32Array(picture.pixels),
          weights: outsideOf(mask),
        });
  const pixels = picture.pixels.slice();
  mask.inside.forEach((inside, pixel) => {
    if (inside === 0) return;
    for (let at = pixel * 3; at < pixel * 3 + 3; at++) pixels[at] = Math.round(filled[at] ?? 0);
  });
  return { ...picture, pixels };
}

/** 1 for each pixel that is not meant. */
function outsideOf({ inside }: Mask): Float32Array {
  const weights = new Float32Array(inside.length);
  for (let pixel = 0; pixel < weights.length; pixel++) weights[pixel] = 1 - (inside[pixel] ?? 0);
  return weights;
}

/** Sides of the squares that `blur` averages, as a share of the picture's shorter side. */
const focus = 1 / 8;

/** Means of squares, and between their centres what lies between; only where the mask is. */
function outOfFocus({ pixels, width, height }: RgbImage, mask: Mask): Float32Array {
  const side = Math.max(2, Math.round(Math.min(width, height) * focus));
  const [columns, rows] = [Math.ceil(width / side), Math.ceil(height / side)];
  const sums = new Float32Array(columns * rows * 3);
  const counts = new Float32Array(columns * rows);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      const cell = Math.floor(y / side) * columns + Math.floor(x / side);
      counts[cell] = (counts[cell] ?? 0) + 1;
      for (let c = 0; c < 3; c++) sums[cell * 3 + c] = (sums[cell * 3 + c] ?? 0) + (pixels[at + c] ?? 0);
    }
  }
  const means = sums.map((sum, at) => sum / (counts[Math.floor(at / 3)] ?? 1));
  const filled = new Float32Array(pixels.length);
  for (let y = 0, pixel = 0; y < height; y++) {
    const row = sampleAt(y + 0.5, rows * side, rows);
    for (let x = 0; x < width; x++, pixel++) {
      if (mask.inside[pixel] !== 1) continue;
      const column = sampleAt(x + 0.5, columns * side, columns);
      for (let c = 0; c < 3; c++) filled[pixel * 3 + c] = between(means, columns, row, column, c);
    }
  }
  return filled;
}

interface Level {
  width: number;
  height: number;
  /** `[height, width, 3]`, and 1 for each pixel that is known. */
  values: Float32Array;
  weights: Float32Array;
}

/** Values for all pixels: known ones as they are, the others from the next coarser level. */
function pulled(level: Level): Float32Array {
  const { width, height, values, weights } = level;
  if (!weights.includes(0) || (width === 1 && height === 1)) return values;
  const half = halved(level);
  const above = pulled(half);
  for (let y = 0, pixel = 0; y < height; y++) {
    const row = sampleAt(y + 0.5, 2 * half.height, half.height);
    for (let x = 0; x < width; x++, pixel++) {
      if (weights[pixel] === 1) continue;
      const column = sampleAt(x + 0.5, 2 * half.width, half.width);
      for (let c = 0; c < 3; c++) values[pixel * 3 + c] = between(above, half.width, row, column, c);
    }
  }
  return values;
}

/** Each pixel is the mean of those of the four below it that are known. */
function halved({ width, height, values, weights }: Level): Level {
  const [w, h] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const sums = new Float32Array(w * h * 3);
  const totals = new Float32Array(w * h);
  for (let y = 0, pixel = 0; y < height; y++) {
    for (let x = 0; x < width; x++, pixel++) {
      const to = (y >> 1) * w + (x >> 1);
      if (weights[pixel] === 0) continue;
      totals[to] = (totals[to] ?? 0) + 1;
      for (let c = 0; c < 3; c++) sums[to * 3 + c] = (sums[to * 3 + c] ?? 0) + (values[pixel * 3 + c] ?? 0);
    }
  }
  for (let to = 0; to < totals.length; to++) {
    const total = totals[to] ?? 0;
    if (total === 0) continue;
    for (let c = 0; c < 3; c++) sums[to * 3 + c] = (sums[to * 3 + c] ?? 0) / total;
  }
  // A pixel of which anything is known is known: what is coarser knows less of it.
  return { width: w, height: h, values: sums, weights: totals.map((total) => (total > 0 ? 1 : 0)) };
}

function between(values: Float32Array, width: number, row: Sample, column: Sample, channel: number): number {
  const value = (y: number, x: number) => values[(y * width + x) * 3 + channel] ?? 0;
  const upper = value(row.low, column.low) * (1 - column.share) + value(row.low, column.high) * column.share;
  const lower = value(row.high, column.low) * (1 - column.share) + value(row.high, column.high) * column.share;
  return upper * (1 - row.share) + lower * row.share;
}
