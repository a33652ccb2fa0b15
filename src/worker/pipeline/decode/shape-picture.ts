/** From a decoded picture to what the model sees: crop, resize and pad as the training recipe does. Runs in Node.js and in the browser. */

import { type Raster, type Rectangle, type RgbImage, toRgb } from '../../../shared/picture/raster.ts';
import { type Geometry, type GeometrySettings, planGeometry } from './geometry.ts';
import { type Resampling, resample } from './resample.ts';
import { type ShrunkPicture, shrunkBox } from './shrink.ts';

export interface ShapeSettings extends GeometrySettings {
  resampling: Resampling;
}

export interface ShapedPicture extends RgbImage {
  /** What the picture covers in the original, in its pixels. */
  placement: Rectangle;
}

/**
 * @param ground colour of what is added around the picture, in RGB
 * @param read how the raster was read, where that is smaller than its picture
 * @param target memory that the pixels may be written to, `height * width * 3` bytes; the result says where they are
 * @throws ImageError `wrong-size` where the fit is `none` and the sizes differ
 */
export function shapePicture(
  raster: Raster,
  settings: ShapeSettings,
  ground: readonly [number, number, number],
  read: ShrunkPicture = { original: raster, shrink: 1, left: 0, top: 0 },
  target?: Uint8Array,
): ShapedPicture {
  const { width, height } = settings.size;
  const geometry = planGeometry(read.original, settings);
  const box = shrunkBox(geometry.box, read);
  const seen = toRgb(shape(raster, { ...geometry, box }, settings.resampling, target));
  const fills = geometry.window.width === width && geometry.window.height === height;
  return { ...(fills ? seen : pad(seen, geometry, settings, ground)), width, height, placement: geometry.placement };
}

function shape(
  raster: Raster,
  { box, size, window }: Geometry,
  resampling: Resampling,
  target: Uint8Array | undefined,
): Raster {
  const asItIs = [box, size].every(({ width, height }) => width === raster.width && height === raster.height);
  if (asItIs && window.width === raster.width && window.height === raster.height) return raster;
  return resample(raster, box, size, window, resampling, target);
}

function pad(
  image: RgbImage,
  { offset }: Geometry,
  { size: { width, height } }: ShapeSettings,
  ground: readonly [number, number, number],
): RgbImage {
  const pixels = new Uint8Array(width * height * 3);
  for (let i = 0; i < pixels.length; i += 3) pixels.set(ground, i);
  for (let row = 0; row < image.height; row++) {
    const line = image.pixels.subarray(row * image.width * 3, (row + 1) * image.width * 3);
    pixels.set(line, ((row + offset.top) * width + offset.left) * 3);
  }
  return { pixels, width, height };
}
