/**
 * Whether a picture's file ends before its picture does, told from the file's own structure: the image library keeps its words for all threads
 * in one place, so that those of a failure may be another file's, or lost, when several are read at once.
 */

import type { ImageFormat } from '../../../shared/picture/image-format.ts';
import { endOfScans } from './jpeg-segments.ts';

type LibraryFormat = Exclude<ImageFormat, 'BMP' | 'Netpbm'>;

/** Asked only of files that cannot be decoded: of one that is damaged as well, what is damaged may look like an end. */
export function isCutOff(bytes: Buffer, format: LibraryFormat): boolean {
  try {
    switch (format) {
      case 'JPEG':
        return endOfScans(bytes) === null;
      case 'PNG':
        return bytes.lastIndexOf('IEND', undefined, 'latin1') === -1;
      case 'WebP':
        return bytes.readUInt32LE(4) + 8 > bytes.length;
      case 'TIFF':
        return endOfTiff(bytes) > bytes.length;
      case 'GIF':
        return endOfGif(bytes) > bytes.length;
      case 'AVIF':
        return endOfBoxes(bytes) > bytes.length;
    }
  } catch (error) {
    if (error instanceof RangeError) return true;
    throw error;
  }
}

/** GIF89a, sections 18 to 27: blocks up to the trailer. @throws RangeError where the file ends before */
function endOfGif(bytes: Buffer): number {
  const [trailer, image] = [0x3b, 0x2c];
  const colours = (packed: number) => ((packed & 0x80) === 0 ? 0 : 3 << ((packed & 7) + 1));
  let at = 13 + colours(bytes.readUInt8(10));
  while (bytes.readUInt8(at) !== trailer) {
    // An image has its descriptor, its colours and the size of its codes before its data; an extension has its label.
    at += bytes.readUInt8(at) === image ? 11 + colours(bytes.readUInt8(at + 9)) : 2;
    for (let size = bytes.readUInt8(at); size > 0; size = bytes.readUInt8(at)) at += size + 1;
    at += 1;
  }
  return at + 1;
}

/** ISO/IEC 14496-12, section 4.2: boxes one behind the other, each with its size. A size of 0 reaches to the end. */
function endOfBoxes(bytes: Buffer): number {
  let at = 0;
  while (at < bytes.length) {
    const short = bytes.readUInt32BE(at);
    const size = short === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : short;
    if (size < 8) return bytes.length;
    at += size;
  }
  return at;
}

/** StripOffsets, StripByteCounts, TileOffsets, TileByteCounts (TIFF 6.0, sections 8 and 15). */
const offsetTags = [273, 324];
const sizeTags = [279, 325];

/** Behind the last byte of what the first directory names. @throws RangeError where the file ends before the directory does */
function endOfTiff(bytes: Buffer): number {
  const little = bytes[0] === 0x49;
  const isBig = bytes[little ? 2 : 3] === 43;
  const number = (at: number, length: number): number => {
    if (length === 1) return bytes.readUInt8(at);
    if (length < 8) return little ? bytes.readUIntLE(at, length) : bytes.readUIntBE(at, length);
    return Number(little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
  };
  const word = isBig ? 8 : 4;
  const directory = number(isBig ? 8 : 4, word);
  const count = number(directory, isBig ? 8 : 2);
  const values = new Map<number, number[]>();
  let end = directory;
  for (let i = 0, at = directory + (isBig ? 8 : 2); i < count; i++, at += 4 + 2 * word) {
    const length = number(at + 4, word);
    const each = bytesOfType.get(number(at + 2, 2)) ?? 0;
    const inPlace = length * each <= word;
    const from = inPlace ? at + 4 + word : number(at + 4 + word, word);
    end = Math.max(end, from + length * each);
    const tag = number(at, 2);
    if (each === 0 || ![...offsetTags, ...sizeTags].includes(tag) || end > bytes.length) continue;
    values.set(
      tag,
      Array.from({ length }, (_, k) => number(from + k * each, each)),
    );
  }
  for (const [i, tag] of offsetTags.entries()) {
    const sizes = values.get(sizeTags[i] ?? 0) ?? [];
    for (const [k, offset] of (values.get(tag) ?? []).entries()) end = Math.max(end, offset + (sizes[k] ?? 0));
  }
  return end;
}

/** Bytes of a value, by the number of its type: BYTE to DOUBLE, and BigTIFF's three. */
const bytesOfType = new Map(
  [1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8]
    .map((size, i): [number, number] => [i + 1, size])
    .concat([16, 17, 18].map((type) => [type, 8])),
);
