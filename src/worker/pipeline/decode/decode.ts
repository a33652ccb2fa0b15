import { toGrey } from '../../../shared/picture/grey.ts';
import { type Raster, type Rectangle, type RgbImage, type Size, toRgb } from '../../../shared/picture/raster.ts';
import { type Geometry, planGeometry } from './geometry.ts';
import { normalise, zeroColour } from './normalise.ts';
import type { Preprocessing } from './preprocessing.ts';
import { readRaster } from './read-raster.ts';
import { resample } from './resample.ts';

export interface DecodedImage extends RgbImage {
  /** `[channels, height, width]` or `[height, width, channels]`: a view into the caller's target where one was given. */
  tensor: Float32Array;
  /** Size of the whole picture after its orientation was applied. */
  original: Size;
  /** What `pixels` cover in the original, in its pixels: `x` in `pixels` lies at `left + x * placement.width / width`, `y` likewise. */
  placement: Rectangle;
}

export interface DecodeOptions {
  /** Channels of the model's input. With 1 the picture becomes grey as Pillow's `convert('L')` makes it. Default 3. */
  channels?: 1 | 3;
  /** Where to write the tensor, so that a batch is filled without a copy. Default: a new array. */
  target?: Float32Array;
  /** Where in `target` this image starts. Default 0. */
  offset?: number;
  /** Most pixels (width times height) that an image may have. Default 100 million. */
  pixelLimit?: number;
}

/**
 * From a file's bytes to what the model sees: decode, orient, crop and resize as the training recipe does, normalise.
 * Pixels are those of Pillow for the same recipe, bit for bit, wherever the decoders agree (JPEG and PNG do).
 * @throws ImageError where this image cannot be used
 */
export async function decodeImage(
  bytes: Buffer,
  preprocessing: Preprocessing,
  layout: 'NCHW' | 'NHWC',
  options: DecodeOptions = {},
): Promise<DecodedImage> {
  const { channels = 3, offset = 0 } = options;
  const { width, height } = preprocessing.size;
  const length = channels * height * width;
  const target = options.target ?? new Float32Array(offset + length);
  if (offset + length > target.length) {
    throw new RangeError(`The target holds ${target.length} values; an image at ${offset} needs ${offset + length}.`);
  }

  const source = await readRaster(bytes, options.pixelLimit);
  const raster = channels === 1 ? toGrey(source) : source;
  const geometry = planGeometry(raster, preprocessing);
  const seen = toRgb(shape(raster, geometry));
  const image =
    geometry.window.width === width && geometry.window.height === height
      ? seen
      : pad(seen, geometry, preprocessing, channels);
  normalise(image, preprocessing, layout, channels, target, offset);
  return {
    pixels: image.pixels,
    width,
    height,
    tensor: target.subarray(offset, offset + length),
    original: { width: raster.width, height: raster.height },
    placement: geometry.placement,
  };
}

/** The whole oriented picture in RGB, at full size: for overlays on the original. @throws ImageError */
export async function decodeOriginal(bytes: Buffer, pixelLimit?: number): Promise<RgbImage> {
  return toRgb(await readRaster(bytes, pixelLimit));
}

function shape(raster: Raster, { box, size, window }: Geometry): Raster {
  const asItIs = size.width === raster.width && size.height === raster.height;
  if (asItIs && window.width === raster.width && window.height === raster.height) return raster;
  return resample(raster, box, size, window);
}

function pad(image: RgbImage, { offset }: Geometry, preprocessing: Preprocessing, channels: 1 | 3): RgbImage {
  const { width, height } = preprocessing.size;
  const pixels = new Uint8Array(width * height * 3);
  const colour = zeroColour(preprocessing, channels);
  for (let i = 0; i < pixels.length; i += 3) pixels.set(colour, i);
  for (let row = 0; row < image.height; row++) {
    const line = image.pixels.subarray(row * image.width * 3, (row + 1) * image.width * 3);
    pixels.set(line, ((row + offset.top) * width + offset.left) * 3);
  }
  return { pixels, width, height };
}
