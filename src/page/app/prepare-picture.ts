/** From a picture's file to what the model sees. */

import { toGrey } from '../../shared/picture/grey.ts';
import type { Raster } from '../../shared/picture/raster.ts';
import { shapePicture } from '../../worker/pipeline/decode/shape-picture.ts';
import type { PageSettings } from '../contract.ts';

/** @returns RGB, `[height, width, 3]`. @throws Error for a file that is no picture */
export async function preparePicture(picture: Blob, { image, shape, ground }: PageSettings): Promise<Uint8Array> {
  const raster = await decode(picture);
  return shapePicture(image.channels === 1 ? toGrey(raster) : raster, shape, ground).pixels;
}

/** As the pipeline does: turned as the file says, without its colour profile. What lies below transparency is lost in a browser. */
async function decode(picture: Blob): Promise<Raster> {
  const image = await createImageBitmap(picture, {
    imageOrientation: 'from-image',
    colorSpaceConversion: 'none',
    premultiplyAlpha: 'none',
  }).catch(() => {
    throw new Error('The file is not a picture that this browser can read. Try a JPEG or PNG.');
  });
  const { width, height } = image;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('The browser gives no canvas to read the picture from.');
  context.drawImage(image, 0, 0);
  image.close();
  const { data } = context.getImageData(0, 0, width, height);
  const pixels = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    pixels[to] = data[from] ?? 0;
    pixels[to + 1] = data[from + 1] ?? 0;
    pixels[to + 2] = data[from + 2] ?? 0;
  }
  return { pixels, width, height, channels: 3 };
}
