/** Pixels in memory and rectangles on them: what the stages of decoding and rendering hand to each other. */

export interface Size {
  width: number;
  height: number;
}

/** Position and size in pixels, origin at the top left corner of the top left pixel. Fractions and negative positions are allowed. */
export interface Rectangle extends Size {
  left: number;
  top: number;
}

/** RGB, 8 bits a channel, `height * width * 3` bytes, row by row. */
export interface RgbImage extends Size {
  pixels: Uint8Array;
}

/** Grey (1) or RGB (3), 8 bits a channel, `height * width * channels` bytes, row by row. */
export interface Raster extends RgbImage {
  channels: 1 | 3;
}

/** Grey repeated in three channels; an RGB raster is returned as it is. */
export function toRgb(raster: Raster): RgbImage {
  if (raster.channels === 3) return raster;
  const grey = raster.pixels;
  const pixels = new Uint8Array(grey.length * 3);
  for (let i = 0, o = 0; i < grey.length; i++, o += 3) {
    const value = grey[i] ?? 0;
    pixels[o] = value;
    pixels[o + 1] = value;
    pixels[o + 2] = value;
  }
  return { pixels, width: raster.width, height: raster.height };
}
