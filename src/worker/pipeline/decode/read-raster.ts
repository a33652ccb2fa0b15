import sharp, { type Metadata, type Sharp } from 'sharp';
import { ImageError } from '../../../shared/picture/image-error.ts';
import type { Raster } from '../../../shared/picture/raster.ts';
import { detectFormat, type ImageFormat } from './image-format.ts';

/** Most pixels an image may have: width times height as its header states them. */
const defaultPixelLimit = 100_000_000;

/**
 * Decodes a whole image as Pillow's `convert('RGB')` does, which is what training recipes start from, with the EXIF orientation applied:
 * - colour profiles are ignored;
 * - alpha is dropped: the colours stored under transparent pixels show;
 * - CMYK becomes RGB by `(255 - ink) * (255 - black) / 255`, in Adobe's inverted files too;
 * - of 16-bit samples the high byte is kept. Pillow does so for colour, but clips 16-bit grey at 255, which makes nearly every such
 *   picture white; there we differ on purpose;
 * - of an animation or a multi-page file the first picture is taken.
 * Grey pictures stay at one channel.
 * @throws ImageError
 */
export async function readRaster(bytes: Buffer, pixelLimit = defaultPixelLimit): Promise<Raster> {
  const format = detectFormat(bytes);
  const header = await readHeader(bytes, format);
  if (header.width * header.height > pixelLimit) {
    throw new ImageError(
      'too-large',
      `The image has ${header.width} x ${header.height} pixels, more than the limit of ${pixelLimit / 1e6} million. Scale it down, or take it out of the input.`,
    );
  }
  const decoded = await decodeSamples(bytes, format, header, pixelLimit);
  const { width, height, channels } = decoded.info;
  const samples = new Uint8Array(decoded.data.buffer, decoded.data.byteOffset, decoded.data.byteLength);
  if (header.space === 'cmyk') return { pixels: cmykToRgb(samples, channels), width, height, channels: 3 };
  if (channels === 1 || channels === 3) return { pixels: samples, width, height, channels };
  const kept = channels === 2 ? 1 : 3;
  return { pixels: firstChannels(samples, channels, kept), width, height, channels: kept };
}

async function readHeader(bytes: Buffer, format: ImageFormat): Promise<Metadata> {
  try {
    return await sharp(bytes, { limitInputPixels: false }).metadata();
  } catch (error) {
    throw damaged(bytes, format, error);
  }
}

async function decodeSamples(bytes: Buffer, format: ImageFormat, header: Metadata, limitInputPixels: number) {
  const decode = (failOn: 'warning' | 'error') => {
    const image = sharp(bytes, { failOn, limitInputPixels, ignoreIcc: true }).autoOrient();
    return keepColourSpace(image, header).raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  };
  try {
    // libjpeg reports damaged data as a warning and paints grey; other libraries warn about harmless tags.
    return await decode(format === 'JPEG' ? 'warning' : 'error');
  } catch (error) {
    if (!onlyStrayBytes(error)) throw damaged(bytes, format, error);
  }
  try {
    return await decode('error');
  } catch (error) {
    throw damaged(bytes, format, error);
  }
}

function keepColourSpace(image: Sharp, header: Metadata): Sharp {
  if (header.space === 'cmyk') return image.pipelineColourspace('cmyk').toColourspace('cmyk');
  // From 16-bit grey, libvips rounds on the way to 'b-w' and keeps the high byte on the way to 'srgb'.
  return image.toColourspace(header.channels <= 2 && header.depth === 'uchar' ? 'b-w' : 'srgb');
}

/** Some cameras leave bytes between JPEG markers. Every decoder skips them and the picture is whole. */
function onlyStrayBytes(error: unknown): boolean {
  const lines = messageOf(error).split('\n');
  return lines.every((line) => /extraneous bytes before marker/.test(line));
}

function damaged(bytes: Buffer, format: ImageFormat, cause: unknown): ImageError {
  if (endsEarly(bytes, format, messageOf(cause))) {
    return new ImageError(
      'truncated',
      `The ${format} file ends before its picture does (${bytes.length} bytes). Copy it again from its source.`,
      { cause },
    );
  }
  const reason = messageOf(cause).split('\n')[0]?.trim() ?? '';
  return new ImageError('corrupt', `The ${format} data are damaged (${reason}). Replace the file.`, { cause });
}

function endsEarly(bytes: Buffer, format: ImageFormat, message: string): boolean {
  switch (format) {
    case 'JPEG':
      return /premature end of JPEG image/.test(message);
    case 'PNG':
      return bytes.lastIndexOf('IEND', undefined, 'latin1') === -1;
    case 'WebP':
      return bytes.length < 16 || bytes.readUInt32LE(4) + 8 > bytes.length;
    case 'TIFF':
      return firstTiffDirectory(bytes) >= bytes.length || /not enough data|read error at scanline/i.test(message);
    case 'GIF':
      return /unexpected end/i.test(message);
    case 'AVIF':
      return /unexpected end of file|size too small/i.test(message);
  }
}

/** Offset of the first directory: bytes 4 to 7 of a classic TIFF, 8 to 15 of a BigTIFF, in the file's own byte order. */
function firstTiffDirectory(bytes: Buffer): number {
  const big = bytes[2] === 43 || bytes[3] === 43;
  if (bytes.length < (big ? 16 : 8)) return Number.POSITIVE_INFINITY;
  const little = bytes[0] === 0x49;
  if (big) return Number(little ? bytes.readBigUInt64LE(8) : bytes.readBigUInt64BE(8));
  return little ? bytes.readUInt32LE(4) : bytes.readUInt32BE(4);
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

function firstChannels(samples: Uint8Array, channels: number, kept: 1 | 3): Uint8Array {
  const count = samples.length / channels;
  const pixels = new Uint8Array(count * kept);
  for (let i = 0, from = 0, to = 0; i < count; i++, from += channels, to += kept) {
    for (let c = 0; c < kept; c++) pixels[to + c] = samples[from + c] ?? 0;
  }
  return pixels;
}
