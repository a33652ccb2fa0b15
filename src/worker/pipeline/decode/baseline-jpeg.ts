/** The tables and the frame of a usual JPEG (ITU-T T.81, annex B): baseline or extended, Huffman code, 8 bits, all components in one scan. */

import { exifOrientation } from './exif-orientation.ts';
import { jpegSegments } from './jpeg-segments.ts';

export interface JpegComponent {
  id: number;
  /** Blocks of an MCU. */
  across: number;
  down: number;
  /** Divisors of coefficients in the zigzag's order. */
  divisors: Uint16Array;
  /** Definitions of Huffman codes: how many there are of each length, 16 bytes, and their symbols. */
  dc: Buffer;
  ac: Buffer;
}

export interface BaselineJpeg {
  width: number;
  height: number;
  /** Grey, or Y, Cb and Cr. */
  channels: 1 | 3;
  components: JpegComponent[];
  luma: JpegComponent;
  /** MCUs, or 0 for a picture without restarts. */
  restartInterval: number;
  /** Where the scan's bytes begin. */
  scan: number;
  /** The EXIF tag: 1 to 8. */
  orientation: number;
}

/** libjpeg refuses larger ones. */
const largestSide = 65_500;

const startOfImage = 0xffd8;
const marker = { frames: [0xc0, 0xc1], huffman: 0xc4, scan: 0xda, divisors: 0xdb, restarts: 0xdd, comment: 0xfe };
const [jfif, exif, profile, adobe] = [0xe0, 0xe1, 0xe2, 0xee];
const isApplication = (code: number) => code >= 0xe0 && code <= 0xef;

/** Of the whole picture, blocks of luma across and down for one of each chroma. */
const lumaSamplings = ['1x1', '2x1', '1x2', '2x2'];

/** What was read of a file so far. */
interface Found {
  divisors: (Uint16Array | undefined)[];
  dc: (Buffer | undefined)[];
  ac: (Buffer | undefined)[];
  frame: { width: number; height: number; components: FrameComponent[] } | null;
  restartInterval: number;
  isJfif: boolean;
  /** Of Adobe's segment, which says what the colours are. */
  transform: number | null;
  orientation: number | null;
}

type FrameComponent = Pick<JpegComponent, 'id' | 'across' | 'down'> & { table: number };

/** @returns null for any other file, and for one of which readers might make different pictures, or that a reader might warn of */
export function readBaseline(bytes: Buffer): BaselineJpeg | null {
  if (bytes.length < 2 || bytes.readUInt16BE(0) !== startOfImage) return null;
  const found: Found = {
    divisors: [],
    dc: [],
    ac: [],
    frame: null,
    restartInterval: 0,
    isJfif: false,
    transform: null,
    orientation: null,
  };
  for (const { code, expected, start, end } of jpegSegments(bytes)) {
    if (start !== expected || end > bytes.length) return null;
    const body = bytes.subarray(start + 4, end);
    if (code === marker.scan) return readScan(bytes, start, found);
    if (!readSegment(code, body, found)) return null;
  }
  return null;
}

/** @returns whether it is in order */
function readSegment(code: number, body: Buffer, found: Found): boolean {
  if (marker.frames.includes(code)) return readFrame(body, found);
  if (code === marker.huffman) return readCodes(body, found);
  if (code === marker.divisors) return readDivisors(body, found);
  if (code === marker.restarts) {
    if (body.length !== 2) return false;
    found.restartInterval = body.readUInt16BE(0);
    return true;
  }
  return isApplication(code) ? readApplication(code, body, found) : code === marker.comment;
}

function readFrame(body: Buffer, found: Found): boolean {
  const count = body[5] ?? 0;
  if (found.frame !== null || (count !== 1 && count !== 3) || body.length !== 6 + 3 * count || body[0] !== 8) {
    return false;
  }
  const [height, width] = [body.readUInt16BE(1), body.readUInt16BE(3)];
  if (width < 1 || height < 1 || width > largestSide || height > largestSide) return false;
  const components = Array.from({ length: count }, (_, i) => {
    const [id = 0, sampling = 0, table = 0] = body.subarray(6 + 3 * i);
    return { id, across: sampling >> 4, down: sampling & 15, table };
  });
  if (new Set(components.map(({ id }) => id)).size !== count) return false;
  const [luma, ...chroma] = components.map(({ across, down }) => `${across}x${down}`);
  if (!lumaSamplings.includes(luma ?? '') || chroma.some((sampling) => sampling !== '1x1')) return false;
  found.frame = { width, height, components };
  return true;
}

function readCodes(body: Buffer, found: Found): boolean {
  let at = 0;
  while (at < body.length) {
    if (at + 17 > body.length) return false;
    const kind = body[at] ?? 0;
    const count = body.subarray(at + 1, at + 17).reduce((sum, own) => sum + own, 0);
    const end = at + 17 + count;
    if (kind > 0x1f || (kind & 15) > 3 || count > 256 || end > body.length) return false;
    (kind < 0x10 ? found.dc : found.ac)[kind & 15] = body.subarray(at + 1, end);
    at = end;
  }
  return true;
}

function readDivisors(body: Buffer, found: Found): boolean {
  let at = 0;
  while (at < body.length) {
    const kind = body[at] ?? 0;
    const size = kind >> 4 === 0 ? 1 : 2;
    if (kind > 0x1f || (kind & 15) > 3 || at + 1 + 64 * size > body.length) return false;
    const from = at + 1;
    const divisors = new Uint16Array(64);
    for (let k = 0; k < 64; k++) divisors[k] = size === 1 ? (body[from + k] ?? 0) : body.readUInt16BE(from + 2 * k);
    if (divisors.includes(0)) return false;
    found.divisors[kind & 15] = divisors;
    at = from + 64 * size;
  }
  return true;
}

/**
 * Segments that say how the picture is to be read. One with a second picture, such as the gain map of a picture with more than 8 bits, is for a
 * reader that knows it.
 */
function readApplication(code: number, body: Buffer, found: Found): boolean {
  const begins = (name: string) => body.toString('latin1', 0, name.length) === name;
  if (code === jfif && begins('JFIF\0')) {
    found.isJfif = true;
    return body.length >= 14 && body[5] === 1;
  }
  if (code === exif && begins('Exif')) {
    const isSecond = found.orientation !== null;
    found.orientation = exifOrientation(body);
    return !isSecond && found.orientation !== null;
  }
  if (code === exif) return body.indexOf('hdrgm') === -1;
  if (code === profile) return begins('ICC_PROFILE\0');
  if (code === adobe && begins('Adobe')) {
    found.transform = body.length < 12 ? null : (body[11] ?? 0);
    return body.length >= 12;
  }
  return true;
}

/** The header of the scan at `start`. */
function readScan(bytes: Buffer, start: number, found: Found): BaselineJpeg | null {
  const { frame, restartInterval, orientation } = found;
  if (frame === null || !isYcc(frame.components, found)) return null;
  const count = frame.components.length;
  const length = 6 + 2 * count;
  if (start + 2 + length > bytes.length) return null;
  const body = bytes.subarray(start + 4, start + 2 + length);
  if (bytes.readUInt16BE(start + 2) !== length || body[0] !== count) return null;
  // All coefficients, with all of their bits.
  if (body.subarray(1 + 2 * count).compare(Buffer.of(0, 63, 0)) !== 0) return null;
  const components: JpegComponent[] = [];
  for (const [i, { id, across, down, table }] of frame.components.entries()) {
    const tables = body[2 + 2 * i] ?? 0;
    const [divisors, dc, ac] = [found.divisors[table], found.dc[tables >> 4], found.ac[tables & 15]];
    if (body[1 + 2 * i] !== id || divisors === undefined || dc === undefined || ac === undefined) return null;
    // The one component of a grey picture has one block in an MCU, whatever its sampling is.
    components.push({ id, across: count === 1 ? 1 : across, down: count === 1 ? 1 : down, divisors, dc, ac });
  }
  const { width, height } = frame;
  const [luma] = components;
  const channels = count === 1 ? 1 : 3;
  const scan = start + 2 + length;
  return luma === undefined
    ? null
    : { width, height, channels, components, luma, restartInterval, scan, orientation: orientation ?? 1 };
}

/** Whether libjpeg takes three components for Y, Cb and Cr, and is sure. */
function isYcc(components: FrameComponent[], { isJfif, transform }: Found): boolean {
  if (transform !== null && transform > 1) return false;
  if (components.length === 1) return true;
  if (transform !== null) return transform === 1;
  return isJfif || components.every(({ id }, i) => id === i + 1);
}
