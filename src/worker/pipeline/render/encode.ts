import sharp from 'sharp';
import type { RgbImage } from '../../../shared/picture/raster.ts';
import type { OverlaySettings } from '../../../shared/run/configuration.ts';
import { encodeJpeg, largestJpegSide } from './jpeg.ts';

export type PictureFormat = OverlaySettings['format'];

export const contentTypes: Record<PictureFormat, string> = {
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
};

/** The same picture and format give the same bytes; PNG and WebP with the same version of the image library. */
export async function encodePicture(picture: RgbImage, format: PictureFormat): Promise<Buffer> {
  const { pixels, width, height } = picture;
  if (format === 'jpg' && Math.max(width, height) <= largestJpegSide) return encodeJpeg(picture);
  const image = sharp(pixels, { raw: { width, height, channels: 3 } });
  switch (format) {
    case 'jpg':
      // The image library says what is wrong.
      return image.jpeg().toBuffer();
    case 'png':
      return image.png().toBuffer();
    case 'webp':
      return image.webp({ quality: 90, effort: 2 }).toBuffer();
  }
}
