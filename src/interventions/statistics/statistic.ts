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

/** The sample next to a value; what is beyond 0 to 255 is cut off. */
export function sampleOf(value: number): number {
  return value > 0 ? (value < 255 ? Math.floor(value + 0.5) : 255) : 0;
}

/** A copy each of whose samples depends on what it was, and on its channel. @param changed of a sample of channel 0, 1 or 2 */
export function mapped(picture: RgbImage, changed: (sample: number, channel: number) => number): RgbImage {
  const [red, green, blue] = [0, 1, 2].map((channel) =>
    Uint8Array.from({ length: 256 }, (_, sample) => sampleOf(changed(sample, channel))),
  );
  const from = picture.pixels;
  const pixels = new Uint8Array(from.length);
  for (let at = 0; at < pixels.length; at += 3) {
    pixels[at] = red?.[from[at] ?? 0] ?? 0;
    pixels[at + 1] = green?.[from[at + 1] ?? 0] ?? 0;
    pixels[at + 2] = blue?.[from[at + 2] ?? 0] ?? 0;
  }
  return { ...picture, pixels };
}

/** Luma of a pixel (ITU-R BT.601). @param at place of its red sample */
export function lumaOf(pixels: ArrayLike<number>, at: number): number {
  return 0.299 * (pixels[at] ?? 0) + 0.587 * (pixels[at + 1] ?? 0) + 0.114 * (pixels[at + 2] ?? 0);
}

/** `[height, width]`. */
export function lumas({ pixels }: RgbImage): Float64Array {
  const values = new Float64Array(pixels.length / 3);
  for (let pixel = 0, at = 0; pixel < values.length; pixel++, at += 3) {
    values[pixel] = 0.299 * (pixels[at] ?? 0) + 0.587 * (pixels[at + 1] ?? 0) + 0.114 * (pixels[at + 2] ?? 0);
  }
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
