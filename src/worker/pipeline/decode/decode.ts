import { isBanded } from '../../../explain/pixel-input.ts';
import { toGrey } from '../../../shared/picture/grey.ts';
import { type Rectangle, type RgbImage, type Size, toRgb } from '../../../shared/picture/raster.ts';
import type { Decoding } from '../../../shared/run/configuration.ts';
import { drawnBands, padBands } from './bands.ts';
import { planGeometry } from './geometry.ts';
import { groundColour, type Preprocessing } from './preprocessing.ts';
import { readBands } from './read-bands.ts';
import { type DecodedRaster, type ReadOptions, readRaster } from './read-raster.ts';
import { resampleBands } from './resample-bands.ts';
import { shapePicture } from './shape-picture.ts';
import { shrinkFor } from './shrink.ts';

export interface DecodedImage extends RgbImage {
  /** Size of the whole picture after its orientation was applied. */
  original: Size;
  /** What `pixels` cover in the original, in its pixels: `x` in `pixels` lies at `left + x * placement.width / width`, `y` likewise. */
  placement: Rectangle;
  /** Values that became black and white, where the file's samples have more than 8 bits. */
  levels?: DecodedRaster['levels'];
  /** What the model takes, where that is bands: `[height, width, channels]`, 0 to 255 and beyond. `pixels` are those that are drawn of them. */
  bands?: Float32Array;
}

/** How files are read, whatever the model takes. */
export interface ReadingOptions extends ReadOptions {
  /** `fast`: large JPEGs are read smaller than they are (`shrink.ts`). Default `exact`. */
  decode?: Decoding;
}

export interface DecodeOptions extends ReadingOptions {
  /** Channels of the model's input. With 1 the picture becomes grey as Pillow's `convert('L')` makes it; with 2 or more than 3 it is read as bands. Default 3. */
  channels?: number;
  /** Which bands are drawn, from 1: one, or red, green and blue. */
  overlayBands?: readonly number[];
  /** Where to write the pixels, `height * width * 3` bytes: memory that another thread reads. Default: a new array. */
  target?: Uint8Array;
}

/**
 * From a file's bytes to what the model sees: decode, orient, crop and resize as the training recipe does. What the samples mean to the
 * model is left to its graph (`ExplainerOptions.pixels`).
 * Pixels are those of Pillow for the same recipe, bit for bit, wherever the decoders agree (JPEG and PNG do) and `decode` is `exact`.
 * @throws ImageError where this image cannot be used
 */
export async function decodeImage(
  bytes: Buffer,
  preprocessing: Preprocessing,
  options: DecodeOptions = {},
): Promise<DecodedImage> {
  const { channels = 3, decode = 'exact', target } = options;
  const { width, height } = preprocessing.size;
  if (target !== undefined && target.length !== height * width * 3) {
    throw new RangeError(`The target holds ${target.length} bytes; an image needs ${height * width * 3}.`);
  }
  if (isBanded({ channels })) return decodeBands(bytes, preprocessing, { ...options, channels });
  const shrink = decode === 'fast' ? (original: Size) => shrinkFor(original, preprocessing) : undefined;
  const source = await readRaster(bytes, options, shrink);
  const raster = channels === 1 ? toGrey(source) : source;
  const ground = groundColour(preprocessing, channels === 1 ? 1 : 3);
  const { pixels, placement } = shapePicture(raster, preprocessing, ground, source.shrunk, target);
  if (pixels !== target) target?.set(pixels);
  return {
    pixels: target ?? pixels,
    width,
    height,
    original: source.shrunk?.original ?? { width: raster.width, height: raster.height },
    placement,
    ...(source.levels === undefined ? {} : { levels: source.levels }),
  };
}

async function decodeBands(
  bytes: Buffer,
  preprocessing: Preprocessing,
  { channels, overlayBands = [], target, ...reading }: DecodeOptions & { channels: number },
): Promise<DecodedImage> {
  const source = await readBands(bytes, channels, { ...reading, range: preprocessing.range });
  const geometry = planGeometry(source, preprocessing);
  const { box, size, window, placement, offset } = geometry;
  const asItIs = size.width === source.width && size.height === source.height;
  const isWhole = asItIs && window.width === source.width && window.height === source.height;
  const shaped = isWhole ? source : resampleBands(source, box, size, window, preprocessing.resampling);
  const seen = padBands(shaped, offset, preprocessing);
  const { pixels, width, height } = drawnBands(seen, overlayBands, source.isDeep);
  target?.set(pixels);
  return {
    pixels: target ?? pixels,
    bands: seen.samples,
    width,
    height,
    original: { width: source.width, height: source.height },
    placement,
    ...(source.levels === undefined ? {} : { levels: source.levels }),
  };
}

/** What a picture is drawn from besides the file. */
type OriginalOptions = ReadOptions & Pick<DecodeOptions, 'channels' | 'overlayBands'>;

/** How bands are scaled does not matter where they are stretched for people. */
const anyRange = [0, 255] as const;

/** The whole oriented picture in RGB, at full size: for overlays on the original. @throws ImageError */
export async function decodeOriginal(
  bytes: Buffer,
  { channels = 3, overlayBands = [], ...options }: OriginalOptions = {},
): Promise<RgbImage> {
  if (isBanded({ channels })) {
    const bands = await readBands(bytes, channels, { ...options, range: anyRange });
    return drawnBands(bands, overlayBands, bands.isDeep);
  }
  return toRgb(await readRaster(bytes, options));
}
