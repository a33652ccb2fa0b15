import type { Raster } from '../../src/shared/picture/raster.ts';

/** Luma of ITU-R 601 in the 16-bit fixed point of Pillow's `convert('L')`. */
export function toGrey(raster: Raster): Raster {
  if (raster.channels === 1) return raster;
  const rgb = raster.pixels;
  const pixels = new Uint8Array(raster.width * raster.height);
  for (let i = 0, o = 0; o < pixels.length; i += 3, o++) {
    pixels[o] = ((rgb[i] ?? 0) * 19595 + (rgb[i + 1] ?? 0) * 38470 + (rgb[i + 2] ?? 0) * 7471 + 0x8000) >> 16;
  }
  return { pixels, width: raster.width, height: raster.height, channels: 1 };
}
