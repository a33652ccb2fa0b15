/** A picture turned as its EXIF says. */

import type { Raster } from '../../../shared/picture/raster.ts';

/** Values of the tag 0x0112 by what is shown first of the stored picture: its last column, its last row; and those that show rows as columns. */
const lastColumnFirst = [2, 3, 7, 8];
const lastRowFirst = [3, 4, 6, 7];
const transposing = [5, 6, 7, 8];
/** So many rows and columns are turned at once: what they are read from and written to stays near. */
const tile = 32;

/** @param orientation 1 to 8 */
export function turned(raster: Raster, orientation: number): Raster {
  if (orientation === 1) return raster;
  const { pixels: stored, channels } = raster;
  const isTransposed = transposing.includes(orientation);
  const { width, height } = isTransposed ? { width: raster.height, height: raster.width } : raster;
  const line = raster.width * channels;
  const byColumn = lastColumnFirst.includes(orientation) ? -channels : channels;
  const byRow = lastRowFirst.includes(orientation) ? -line : line;
  const first = (byColumn < 0 ? line - channels : 0) + (byRow < 0 ? stored.length - line : 0);
  const [across, down] = isTransposed ? [byRow, byColumn] : [byColumn, byRow];
  const pixels = new Uint8Array(stored.length);
  const copy = channels === 1 ? copyGrey : copyColour;
  for (let top = 0; top < height; top += tile) {
    const bottom = Math.min(top + tile, height);
    for (let left = 0; left < width; left += tile) {
      const count = Math.min(tile, width - left);
      for (let y = top; y < bottom; y++) {
        copy(stored, first + y * down + left * across, across, pixels, (y * width + left) * channels, count);
      }
    }
  }
  return { pixels, width, height, channels };
}

type Copy = (stored: Uint8Array, from: number, step: number, pixels: Uint8Array, to: number, count: number) => void;

const copyGrey: Copy = (stored, from, step, pixels, to, count) => {
  for (let i = 0; i < count; i++) pixels[to + i] = stored[from + i * step] ?? 0;
};

const copyColour: Copy = (stored, from, step, pixels, to, count) => {
  for (let i = 0, at = from, next = to; i < count; i++, at += step, next += 3) {
    pixels[next] = stored[at] ?? 0;
    pixels[next + 1] = stored[at + 1] ?? 0;
    pixels[next + 2] = stored[at + 2] ?? 0;
  }
};
