/** A number, or a few, that describe a whole picture, and the picture with others. */

import type { RgbImage } from '../../shared/picture/raster.ts';

export type StatisticName = 'light' | 'contrast' | 'colour' | 'saturation' | 'sharpness' | 'grain' | 'pixelation';

export interface Statistic {
  name: StatisticName;
  /** Always as many numbers. */
  measure(picture: RgbImage): number[];
  /** A copy whose statistic is `to`, as near as it can be brought there. */
  moved(picture: RgbImage, to: readonly number[]): RgbImage;
  /** Whether pictures with `own` lack what no change brings back: a blurred one cannot be made sharp. Default: they never do. */
  isLost?(own: readonly number[], usual: readonly number[]): boolean;
  /** Whether a picture has it or not: then having less of it than usual is no cause. Default: either way may be one. */
  isPresence?: true;
  /** What pictures with `own` have that usual ones have not, as a noun: `greenish light`, `blur`. */
  words(own: readonly number[], usual: readonly number[]): string;
}

/** A copy with other samples; what is beyond 0 to 255 is cut off. @param sampleOf from the place of a sample in the pixels */
export function resampled(picture: RgbImage, sampleOf: (at: number) => number): RgbImage {
  const pixels = new Uint8Array(picture.pixels.length);
  for (let at = 0; at < pixels.length; at++) pixels[at] = Math.min(255, Math.max(0, Math.round(sampleOf(at))));
  return { ...picture, pixels };
}

/** Luma of a pixel (ITU-R BT.601). @param at place of its red sample */
export function lumaOf(pixels: ArrayLike<number>, at: number): number {
  return 0.299 * (pixels[at] ?? 0) + 0.587 * (pixels[at + 1] ?? 0) + 0.114 * (pixels[at + 2] ?? 0);
}

/** `[height, width]`. */
export function lumas({ pixels }: RgbImage): Float64Array {
  const values = new Float64Array(pixels.length / 3);
  for (let pixel = 0; pixel < values.length; pixel++) values[pixel] = lumaOf(pixels, pixel * 3);
  return values;
}

export function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at] ?? 0;
  return sum / Math.max(1, values.length);
}

export function deviationOf(values: ArrayLike<number>, mean = meanOf(values)): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += ((values[at] ?? 0) - mean) ** 2;
  return Math.sqrt(sum / Math.max(1, values.length));
}
