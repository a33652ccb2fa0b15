import type { Metadata } from 'sharp';
import { jpegSegments } from './jpeg-segments.ts';

/** What decides how an image is decoded, in the image library's words. */
export type ImageHeader = Pick<Metadata, 'width' | 'height' | 'channels' | 'depth' | 'space'>;

/** Start of frame, of whatever kind; what else lies between are tables and an extension (ITU-T T.81, table B.1). */
const isFrame = (code: number) => code >= 0xc0 && code <= 0xcf && code !== 0xc4 && code !== 0xc8 && code !== 0xcc;

const spaces = new Map<number, Pick<ImageHeader, 'channels' | 'space'>>([
  [1, { channels: 1, space: 'b-w' }],
  [3, { channels: 3, space: 'srgb' }],
  [4, { channels: 4, space: 'cmyk' }],
]);

/**
 * The header of a usual JPEG: 8 bits a sample; 1, 3 or 4 components. The image library would open the file a second time for it, which takes a
 * tenth of the time of decoding.
 * @returns null for anything else, also for damaged files
 */
export function readJpegHeader(bytes: Buffer): ImageHeader | null {
  for (const { code, expected, start } of jpegSegments(bytes)) {
    if (bytes.subarray(expected, start).some((byte) => byte !== 0xff)) return null;
    if (!isFrame(code)) continue;
    if (start + 10 > bytes.length) return null;
    const components = spaces.get(bytes[start + 9] ?? 0);
    const [height, width] = [bytes.readUInt16BE(start + 5), bytes.readUInt16BE(start + 7)];
    const isUsual = bytes[start + 4] === 8 && width > 0 && height > 0;
    return components === undefined || !isUsual ? null : { width, height, depth: 'uchar', ...components };
  }
  return null;
}
