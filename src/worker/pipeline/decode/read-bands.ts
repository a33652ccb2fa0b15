/** Files that hold bands: NumPy arrays and TIFFs. */

import type { GeoTIFF } from 'geotiff';
import { ImageError } from '../../../shared/picture/image-error.ts';
import { detectFormat } from '../../../shared/picture/image-format.ts';
import { isNumpyFile, type NumpyValues } from '../../../shared/run/numpy-file.ts';
import { arrayPicture, wrongBands } from './array-picture.ts';
import type { BandImage } from './bands.ts';
import { checkPixels, defaultPixelLimit, type ReadOptions } from './read-raster.ts';
import { type Levels, levelsOfBits, levelsOfFloats, requireNumbers } from './sample-levels.ts';
import { numbers, openTiff } from './tiff-samples.ts';

export interface DecodedBands extends BandImage {
  /** Whether the file's samples are no bytes. */
  isDeep: boolean;
  /** What became 0 and 255, where the file's samples are no bytes and were not taken as they are. */
  levels?: Levels;
}

/** Samples as the file has them. */
interface StoredBands {
  width: number;
  height: number;
  values: NumpyValues;
}

/** What reading bands depends on besides the file. */
export interface BandOptions extends ReadOptions {
  /** What 0 and 255 become for the model, in the units of its mean and std. */
  range: readonly [number, number];
}

/**
 * Reads a picture with so many bands, in their order. Bytes are samples of 0 to 255. Other numbers are scaled by the levels; where none are given,
 * fractions are taken as they are, in the units of mean and std, and so are whole numbers where the range is 0 to 255; else the file's own bits
 * decide, as for photographs.
 * @throws ImageError `wrong-bands` for a file that holds others, or no bands
 */
export async function readBands(bytes: Buffer, channels: number, options: BandOptions): Promise<DecodedBands> {
  const { pixelLimit = defaultPixelLimit, range } = options;
  const stored = isNumpyFile(bytes) ? arrayPicture(bytes, [channels]) : await tiffBands(bytes, channels, pixelLimit);
  const { width, height, values } = stored;
  checkPixels(stored, pixelLimit);
  if (values instanceof Uint8Array)
    return { samples: Float32Array.from(values), width, height, channels, isDeep: false };
  requireNumbers(values);
  const levels = options.levels ?? ownLevels(values, channels, range);
  const [black, white] = levels ?? range;
  const samples = new Float32Array(values.length);
  for (let i = 0; i < samples.length; i++) {
    const value = values[i] ?? 0;
    samples[i] = Number.isNaN(value) ? 0 : ((value - black) / (white - black)) * 255;
  }
  return { samples, width, height, channels, isDeep: true, ...(levels === undefined ? {} : { levels }) };
}

/** Fractions that reach further than so many times the range are in other units. */
const otherUnits = 10;

/** Undefined for samples that are taken as they are. */
function ownLevels(values: NumpyValues, channels: number, [low, high]: readonly [number, number]): Levels | undefined {
  if (low === 0 && high === 255) return undefined;
  if (values instanceof Uint16Array) return levelsOfBits(values, channels);
  const floats = values instanceof Float32Array ? values : Float32Array.from(values);
  const isWhole = !(values instanceof Float32Array || values instanceof Float64Array);
  const reaches = floats.some((value) => Math.abs(value) > otherUnits * Math.max(Math.abs(low), Math.abs(high)));
  return isWhole || reaches ? levelsOfFloats(floats) : undefined;
}

async function tiffBands(bytes: Buffer, channels: number, pixelLimit: number): Promise<StoredBands> {
  const format = detectFormat(bytes);
  if (format !== 'TIFF') throw wrongBands(`A ${format} file holds colours, and the model takes ${channels} bands`);
  try {
    const tiff = await openTiff(bytes);
    const image = await tiff.getImage();
    const [width, height, own] = [image.getWidth(), image.getHeight(), image.getSamplesPerPixel()];
    checkPixels({ width, height }, pixelLimit);
    if (own === channels) return { width, height, values: numbers(await image.readRasters({ interleave: true })) };
    const pages = await tiff.getImageCount();
    if (own === 1 && pages === channels)
      return { width, height, values: await pagesAsBands(tiff, channels, width * height) };
    const found = pages > 1 && own === 1 ? `${pages} pages` : `${own} band${own === 1 ? '' : 's'}`;
    throw wrongBands(`The TIFF file has ${found}, and the model takes ${channels} bands`);
  } catch (cause) {
    if (cause instanceof ImageError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ImageError('corrupt', `The TIFF data cannot be read (${reason}). Replace the file.`, { cause });
  }
}

/** ImageJ and others keep a band on each page. */
async function pagesAsBands(tiff: GeoTIFF, channels: number, plane: number): Promise<NumpyValues> {
  const pages: NumpyValues[] = [];
  for (let page = 0; page < channels; page++) {
    const image = await tiff.getImage(page);
    const values = numbers(await image.readRasters({ interleave: true }));
    if (values.length !== plane) throw wrongBands('The pages of the TIFF file have different sizes');
    pages.push(values);
  }
  const [first = new Uint8Array()] = pages;
  const all =
    first instanceof Uint8Array
      ? new Uint8Array(plane * channels)
      : first instanceof Uint16Array
        ? new Uint16Array(plane * channels)
        : new Float64Array(plane * channels);
  for (const [band, values] of pages.entries())
    for (const [pixel, value] of values.entries()) all[pixel * channels + band] = value;
  return all;
}
