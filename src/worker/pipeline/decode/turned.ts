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
  for (let top = 0; top < height; top += tile) {
    for (let left = 0; left < width; left += tile) {
      const right = Math.min(left + tile, width);
      for (let y = top; y < Math.min(top + tile, height); y++) {
        let from = first + y * down + left * across;
        let to = (y * width + left) * channels;
        for (let x = left; x < right; x++, from += across, to += channels) {
          for (let c = 0; c < channels; c++) pixels[to + c] = stored[from + c] ?? 0;
        }
      }
    }
  }
  return { pixels, width, height, channels };
}
