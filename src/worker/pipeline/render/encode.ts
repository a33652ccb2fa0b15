import sharp from 'sharp';
import type { RgbImage } from '../../../shared/picture/raster.ts';
import type { OverlaySettings } from '../../../shared/run/configuration.ts';

export type PictureFormat = OverlaySettings['format'];

export const contentTypes: Record<PictureFormat, string> = {
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
};

/** The same picture and format give the same bytes with the same version of the image library. */
export function encodePicture({ pixels, width, height }: RgbImage, format: PictureFormat): Promise<Buffer> {
  const image = sharp(pixels, { raw: { width, height, channels: 3 } });
  switch (format) {
    case 'jpg':
      // Full colour keeps the map's edges clean. Optimised Huffman tables would save 3% of the size for twice the time.
      return image.jpeg({ quality: 90, chromaSubsampling: '4:4:4', optimiseCoding: false }).toBuffer();
    case 'png':
      return image.png().toBuffer();
    case 'webp':
      return image.webp({ quality: 90, effort: 2 }).toBuffer();
  }
}
