/** Pictures as photographs are, and such with a label on them. */

import { uniformNumbers } from '../../src/explain/random-numbers.ts';
import type { RgbImage } from '../../src/shared/picture/raster.ts';

export const size = { width: 96, height: 96 };

/** Blobs of all sizes and lights, as photographs have them. */
export function photograph(seed: number): RgbImage {
  const random = uniformNumbers(seed);
  const blobs = Array.from({ length: 60 }, () => ({
    x: random() * size.width,
    y: random() * size.height,
    radius: 2 + random() * 20,
    levels: (random() - 0.5) * 100,
  }));
  const pixels = new Uint8Array(size.width * size.height * 3);
  for (let y = 0, at = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++, at += 3) {
      const value = blobs.reduce(
        (sum, blob) => sum + (Math.hypot(x - blob.x, y - blob.y) < blob.radius ? blob.levels : 0),
        128,
      );
      pixels.fill(Math.max(0, Math.min(255, value)), at, at + 3);
    }
  }
  return { ...size, pixels };
}

/** The letter F, so that its mirror image is none. */
const isLetter = (x: number, y: number) =>
  x >= 0 && y >= 0 && x < 16 && y < 20 && (x < 4 || y < 4 || (y >= 9 && y < 13 && x < 12));

export function labelled(seed: number, left: number, top: number): RgbImage {
  const { pixels } = photograph(seed);
  for (let y = 0, at = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++, at += 3) if (isLetter(x - left, y - top)) pixels.fill(235, at, at + 3);
  }
  return { ...size, pixels };
}
