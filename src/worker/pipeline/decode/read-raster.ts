import sharp, { type Sharp } from 'sharp';
import { ImageError } from '../../../shared/picture/image-error.ts';
import { detectFormat, type ImageFormat } from '../../../shared/picture/image-format.ts';
import type { Raster, Size } from '../../../shared/picture/raster.ts';
import type { Orientation } from '../../../shared/run/configuration.ts';
import { isNumpyFile, type NumpyValues } from '../../../shared/run/numpy-file.ts';
import { arrayPicture } from './array-picture.ts';
import { bmpSize, readBmp } from './bmp.ts';
import { isCutOff } from './cut-off.ts';
import { type ImageHeader, readJpegHeader } from './jpeg-header.ts';
import { withoutStrayBytes } from './jpeg-stray-bytes.ts';
import { type LabTiff, readLabTiff } from './lab-tiff.ts';
import { labToRgb } from './lab-to-rgb.ts';
import { netpbmSize, readNetpbm } from './netpbm.ts';
import { readJpeg } from './read-jpeg.ts';
import { highBits, type Levels, levelsOfBits, levelsOfFloats, requireNumbers, scaledBytes } from './sample-levels.ts';
import type { Shrink, ShrunkPicture } from './shrink.ts';
import { openShrunk, planShrunk, shrunkSize } from './shrunk-jpeg.ts';
import { isMisread, tiffSamples } from './tiff-samples.ts';

export interface ReadOptions {
  /** Most pixels (width times height) that an image may have. Default 100 million. */
  pixelLimit?: number;
  /** Whether the picture is turned as its EXIF tag says (the default), or stays as it is stored. */
  orientation?: Orientation;
  /** What becomes black and white where samples have more than 8 bits; default: what the file needs (`sample-levels.ts`). */
  levels?: Levels;
}

export interface DecodedRaster extends Raster {
  /** What became black and white, where the file's samples have more than 8 bits. */
  levels?: Levels;
  /** Where the raster is smaller than its picture. */
  shrunk?: ShrunkPicture;
}

/** A picture's samples as they are in its file, `height * width * channels`. */
interface StoredPicture extends Size {
  channels: 1 | 3;
  values: NumpyValues;
}

/** Most pixels an image may have: width times height as its header states them. */
export const defaultPixelLimit = 100_000_000;

/**
 * Decodes a whole image as Pillow's `convert('RGB')` does, which is what training recipes start from, with the EXIF orientation applied:
 * - colour profiles are ignored;
 * - alpha is dropped: the colours stored under transparent pixels show;
 * - CMYK becomes RGB by `(255 - ink) * (255 - black) / 255`, in Adobe's inverted files too;
 * - of 16-bit samples the highest bits that are in use are kept (`levelsOfBits`), and fractions are scaled (`levelsOfFloats`), where no levels
 *   are given. Pillow keeps the high byte of colour, but clips grey at 255, which makes nearly every such picture white; there we differ on
 *   purpose;
 * - of an animation or a multi-page file the first picture is taken.
 * Grey pictures stay at one channel.
 * @param shrinkFor how much smaller a picture of such a size, as it is shown, may be read; only JPEGs are, of grey or RGB. Default: not at all
 * @throws ImageError
 */
export async function readRaster(
  bytes: Buffer,
  options: ReadOptions = {},
  shrinkFor: (original: Size) => Shrink = () => 1,
): Promise<DecodedRaster> {
  const { pixelLimit = defaultPixelLimit, levels } = options;
  if (isNumpyFile(bytes)) return readArray(bytes, pixelLimit, levels);
  const format = detectFormat(bytes);
  if (format === 'BMP' || format === 'Netpbm') return readPlain(bytes, format, pixelLimit, levels);
  const lab = format === 'TIFF' ? readLabTiff(bytes) : null;
  if (lab !== null) return readLab(lab, options);
  const header = format === 'TIFF' ? await readTiffHeader(bytes) : await readHeader(bytes, format);
  if (header === null) return readTiffSamples(bytes, options);
  checkPixels(header, pixelLimit);
  if (header.depth !== 'uchar' && header.space !== 'cmyk') return readDeep(bytes, format, header, options);
  const mayShrink = format === 'JPEG' && header.space !== 'cmyk';
  const shrunk = mayShrink ? await planShrunk(header, shrinkFor, () => readOrientation(bytes, options)) : null;
  const usual = mayShrink && shrunk === null ? readJpeg(bytes, options.orientation !== 'ignore') : null;
  if (usual !== null) return usual;
  const as = (image: Sharp) => keepColourSpace(image, header).raw({ depth: 'uchar' });
  const decoded = await decodeSamples(bytes, format, options, as, shrunk?.shrink);
  const { width, height, channels } = decoded.info;
  if (shrunk !== null) checkShrunk(decoded.info, shrunk);
  const samples = new Uint8Array(decoded.data.buffer, decoded.data.byteOffset, decoded.data.byteLength);
  if (header.space === 'cmyk') return { pixels: cmykToRgb(samples, channels), width, height, channels: 3 };
  if (channels === 1 || channels === 3) {
    return { pixels: samples, width, height, channels, ...(shrunk === null ? {} : { shrunk }) };
  }
  const kept = channels === 2 ? 1 : 3;
  return { pixels: firstChannels(samples, channels, kept), width, height, channels: kept };
}

async function readLab({ bytes, signed }: LabTiff, options: ReadOptions): Promise<DecodedRaster> {
  const raster = await readRaster(bytes, options);
  if (raster.channels === 3 && raster.levels === undefined) {
    const { pixels } = raster;
    const unsigned = signed ? pixels.map((sample, i) => (i % 3 === 0 ? sample : sample ^ 128)) : pixels;
    return { ...raster, pixels: labToRgb(unsigned) };
  }
  throw new ImageError(
    'unsupported-format',
    'L*a*b* TIFF with more than 8 bits a sample is not supported. Convert the file to RGB.',
  );
}

/** More than 8 bits a sample, or fractions. */
async function readDeep(
  bytes: Buffer,
  format: ImageFormat,
  header: ImageHeader,
  options: ReadOptions,
): Promise<DecodedRaster> {
  const isWhole = header.depth === 'ushort';
  const isGrey = header.channels <= 2;
  const space = isWhole ? (isGrey ? 'grey16' : 'rgb16') : isGrey ? 'b-w' : 'scrgb';
  const { data, info } = await decodeSamples(bytes, format, options, (image) =>
    (space === 'scrgb' ? image.pipelineColourspace(space) : image)
      .toColourspace(space)
      .raw({ depth: isWhole ? 'ushort' : 'float' }),
  );
  const { width, height } = info;
  const channels = info.channels <= 2 ? 1 : 3;
  const all = isWhole ? new Uint16Array(aligned(data)) : new Float32Array(aligned(data));
  const samples = firstChannels(all, info.channels, channels);
  requireNumbers(samples);
  const own = samples instanceof Uint16Array ? levelsOfBits(samples, channels) : levelsOfFloats(samples);
  const levels = options.levels ?? own;
  const pixels =
    options.levels === undefined && samples instanceof Uint16Array
      ? highBits(samples, levels)
      : scaledBytes(samples, levels);
  return { pixels, width, height, channels, levels };
}

/** Null for a TIFF whose samples are to be read as they are: floats of 64 bits, say, which the image library does not open. */
async function readTiffHeader(bytes: Buffer): Promise<ImageHeader | null> {
  const header = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch(() => null);
  return header === null || isMisread(header) ? null : header;
}

async function readTiffSamples(bytes: Buffer, options: ReadOptions): Promise<DecodedRaster> {
  const { pixelLimit = defaultPixelLimit, orientation, levels } = options;
  const check = (size: Size) => checkPixels(size, pixelLimit);
  try {
    return asRaster(await tiffSamples(bytes, orientation !== 'ignore', check), levels);
  } catch (error) {
    throw error instanceof ImageError ? error : damaged(bytes, 'TIFF', error, messageOf(error));
  }
}

/** An array of grey or of red, green and blue. */
function readArray(bytes: Buffer, pixelLimit: number, given?: Levels): DecodedRaster {
  const picture = arrayPicture(bytes, [3, 1]);
  checkPixels(picture, pixelLimit);
  return asRaster(picture, given);
}

function asRaster({ width, height, channels, values }: StoredPicture, given?: Levels): DecodedRaster {
  if (values instanceof Uint8Array) return { pixels: values, width, height, channels };
  const samples = values instanceof Uint16Array ? values : Float32Array.from(values);
  requireNumbers(samples);
  const levels = given ?? (samples instanceof Uint16Array ? levelsOfBits(samples, channels) : levelsOfFloats(samples));
  return { pixels: scaledBytes(samples, levels), width, height, channels, levels };
}

/** The formats that libvips leaves out, and that have no orientation. */
function readPlain(bytes: Buffer, format: 'BMP' | 'Netpbm', pixelLimit: number, given?: Levels): DecodedRaster {
  try {
    checkPixels(format === 'BMP' ? bmpSize(bytes) : netpbmSize(bytes), pixelLimit);
    if (format === 'BMP') return readBmp(bytes);
    const { samples, top, width, height, channels } = readNetpbm(bytes);
    if (top < 256) return { pixels: scaledBytes(samples, [0, top]), width, height, channels };
    const levels = given ?? (top === 65_535 ? levelsOfBits(samples, channels) : [0, top]);
    return { pixels: scaledBytes(samples, levels), width, height, channels, levels };
  } catch (error) {
    if (error instanceof RangeError) throw damaged(bytes, format, error);
    throw error;
  }
}

export function checkPixels({ width, height }: Size, limit: number): void {
  if (width * height <= limit) return;
  throw new ImageError(
    'too-large',
    `The image has ${width} x ${height} pixels, more than the limit of ${limit / 1e6} million. Scale it down, raise --pixel-limit, or take it out of the input.`,
  );
}

async function readHeader(bytes: Buffer, format: ImageFormat): Promise<ImageHeader> {
  const usual = format === 'JPEG' ? readJpegHeader(bytes) : null;
  if (usual !== null) return usual;
  try {
    return await sharp(bytes, { limitInputPixels: false }).metadata();
  } catch (error) {
    throw damaged(bytes, format, error);
  }
}

/** The EXIF tag 0x0112; 1 where it is missing or does not count. @throws ImageError */
async function readOrientation(bytes: Buffer, { orientation }: ReadOptions): Promise<number> {
  if (orientation === 'ignore') return 1;
  try {
    return (await sharp(bytes, { limitInputPixels: false }).metadata()).orientation ?? 1;
  } catch (error) {
    throw damaged(bytes, 'JPEG', error);
  }
}

/** Whether the image library did as it was told. */
function checkShrunk({ width, height }: Size, { original, shrink }: ShrunkPicture): void {
  const wanted = shrunkSize(original, shrink);
  if (width === wanted.width && height === wanted.height) return;
  throw new Error(
    `The image library read ${width} x ${height} pixels of a JPEG of ${original.width} x ${original.height}, where ${wanted.width} x ${wanted.height} were to be read. Use --decode exact.`,
  );
}

async function decodeSamples(
  bytes: Buffer,
  format: ImageFormat,
  { pixelLimit = defaultPixelLimit, orientation }: ReadOptions,
  as: (image: Sharp) => Sharp,
  shrink: Shrink = 1,
) {
  const decode = (file: Buffer, failOn: 'warning' | 'error') =>
    openShrunk(file, shrink, (source) => {
      const image = sharp(source, { failOn, limitInputPixels: pixelLimit, ignoreIcc: true });
      return as(orientation === 'ignore' ? image : image.autoOrient()).toBuffer({ resolveWithObject: true });
    });
  try {
    // libjpeg reports damaged data as a warning and paints grey; other libraries warn about harmless tags.
    return await decode(bytes, format === 'JPEG' ? 'warning' : 'error');
  } catch (error) {
    if (format !== 'JPEG') throw damaged(bytes, format, error);
    try {
      const whole = withoutStrayBytes(bytes);
      if (whole !== null) return await decode(whole, 'warning');
      const strict = () => decode(bytes, 'warning');
      if (!isCutOff(bytes, format) && (await onlyStrayBytes(error, strict))) return await decode(bytes, 'error');
    } catch (second) {
      throw damaged(bytes, format, second);
    }
    throw damaged(bytes, format, error);
  }
}

function keepColourSpace(image: Sharp, header: ImageHeader): Sharp {
  if (header.space === 'cmyk') return image.pipelineColourspace('cmyk').toColourspace('cmyk');
  return image.toColourspace(header.channels <= 2 ? 'b-w' : 'srgb');
}

/**
 * Whether all that libjpeg warns of are bytes between scans, where only it finds them. Its words may be lost, or another file's, when several are
 * read at once: the file is read again until two readings say the same.
 */
async function onlyStrayBytes(first: unknown, read: () => Promise<unknown>): Promise<boolean> {
  const found = { stray: 0, other: 0 };
  let error = first;
  for (let reading = 1; reading <= mostReadings; reading++) {
    const warnings = messageOf(error)
      .split('\n')
      .filter((line) => line.startsWith('VipsJpeg:'));
    const areStray = warnings.every((line) => /extraneous bytes before marker/.test(line));
    if (warnings.length > 0) found[areStray ? 'stray' : 'other'] += 1;
    if (found.stray === 2) return true;
    if (found.other === 2) return false;
    error = await read().catch((next: unknown) => next);
  }
  return false;
}

const mostReadings = 8;

/**
 * The message is the same however many files are read at once: the image library's words, which are not, are only its cause.
 * @param reason in words of a reader that reads one file
 */
function damaged(bytes: Buffer, format: ImageFormat, cause: unknown, reason?: string): ImageError {
  const isPlain = format === 'BMP' || format === 'Netpbm';
  const endsEarly = isPlain
    ? /ends before|out of range|outside buffer/i.test(messageOf(cause))
    : isCutOff(bytes, format);
  if (endsEarly) {
    return new ImageError(
      'truncated',
      `The ${format} file ends before its picture does (${bytes.length} bytes). Copy it again from its source.`,
      { cause },
    );
  }
  const because = reason === undefined ? '' : ` (${reason})`;
  const message = `The ${format} data are damaged and cannot be decoded${because}. Replace the file.`;
  return new ImageError('corrupt', message, { cause });
}

/** A copy that begins where arrays of larger numbers can begin. */
function aligned(data: Buffer): ArrayBuffer {
  return new Uint8Array(data).buffer;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** `channels` is 5 where the file has alpha as well. */
function cmykToRgb(samples: Uint8Array, channels: number): Uint8Array {
  const pixels = new Uint8Array((samples.length / channels) * 3);
  for (let i = 0, o = 0; o < pixels.length; i += channels, o += 3) {
    const light = 255 - (samples[i + 3] ?? 0);
    pixels[o] = underInk(samples[i] ?? 0, light);
    pixels[o + 1] = underInk(samples[i + 1] ?? 0, light);
    pixels[o + 2] = underInk(samples[i + 2] ?? 0, light);
  }
  return pixels;
}

/** `light - round(ink * light / 255)`, which is how Pillow rounds it. */
function underInk(ink: number, light: number): number {
  return light - Math.round((ink * light) / 255);
}

function firstChannels(samples: Uint8Array, channels: number, kept: 1 | 3): Uint8Array;
function firstChannels(samples: Uint16Array | Float32Array, channels: number, kept: 1 | 3): Uint16Array | Float32Array;
function firstChannels(samples: Uint8Array | Uint16Array | Float32Array, channels: number, kept: 1 | 3) {
  if (channels === kept) return samples;
  // In place: what is written lies before what is still to be read.
  const count = samples.length / channels;
  for (let i = 0, from = 0, to = 0; i < count; i++, from += channels, to += kept) {
    for (let c = 0; c < kept; c++) samples[to + c] = samples[from + c] ?? 0;
  }
  return samples.subarray(0, count * kept);
}
