import sharp from 'sharp';
import type { Size } from '../shared/picture/raster.ts';

/** @param channels 3: RGB; 4: with opacity */
export function webpOf({ pixels, width, height }: Size & { pixels: Uint8Array }, channels: 3 | 4): Promise<Buffer> {
  return sharp(pixels, { raw: { width, height, channels } }).webp({ quality: 85 }).toBuffer();
}
