/** Windows bitmaps: those that Pillow reads, with the colours that it gives them (Pillow, BmpImagePlugin.py and Unpack.c). */

import { at } from '../../../explain/at.ts';
import type { Raster, Size } from '../../../shared/picture/raster.ts';
import { readRunLengths } from './bmp-run-lengths.ts';

interface Header extends Size {
  /** Whether the first row of the file is the top one. */
  topDown: boolean;
  bits: number;
  compression: number;
  /** Where the palette begins, and how many entries it has; none above 8 bits. */
  palette: { start: number; entries: number; entryBytes: 3 | 4 };
  /** Where the pixels begin. */
  start: number;
  /** Which bits of a pixel are red, green and blue. */
  masks: readonly [number, number, number];
}

const compressions = { none: 0, runs8: 1, runs4: 2, bitFields: 3, alphaBitFields: 6 } as const;

/** A bitmap's size from its header. @throws RangeError for a header that is damaged or unknown */
export function bmpSize(bytes: Buffer): Size {
  const { width, height } = readHeader(bytes);
  return { width, height };
}

/** @throws RangeError for a file that is damaged, ends early, or is of a kind that Pillow does not read either */
export function readBmp(bytes: Buffer): Raster {
  const header = readHeader(bytes);
  const { width, height, bits } = header;
  const pixels = new Uint8Array(width * height * 3);
  const writeRow = bits <= 8 ? indexedRows(bytes, header) : directRows(bytes, header);
  for (let y = 0; y < height; y++) writeRow(header.topDown ? y : height - 1 - y, pixels, y * width * 3);
  return { pixels, width, height, channels: 3 };
}

function readHeader(bytes: Buffer): Header {
  const start = bytes.readUInt32LE(10);
  const headerBytes = bytes.readUInt32LE(14);
  if (headerBytes === 12) {
    const size = { width: bytes.readUInt16LE(18), height: bytes.readUInt16LE(20) };
    const bits = bytes.readUInt16LE(24);
    const palette = { start: 26, entries: bits <= 8 ? 1 << bits : 0, entryBytes: 3 as const };
    return checked({ ...size, topDown: false, bits, compression: 0, palette, start, masks: usualMasks(bits) });
  }
  if (headerBytes < 40 || headerBytes > 124) throw new RangeError(`a header of ${headerBytes} bytes is unknown`);
  const rows = bytes.readInt32LE(22);
  const bits = bytes.readUInt16LE(28);
  const compression = bytes.readUInt32LE(30);
  const colours = bytes.readUInt32LE(46);
  const hasMasks = compression === compressions.bitFields || compression === compressions.alphaBitFields;
  const masks = hasMasks
    ? ([bytes.readUInt32LE(54), bytes.readUInt32LE(58), bytes.readUInt32LE(62)] as const)
    : usualMasks(bits);
  const afterHeader = 14 + headerBytes + (hasMasks && headerBytes === 40 ? 12 : 0);
  const entries = bits <= 8 ? colours || 1 << bits : 0;
  return checked({
    width: bytes.readInt32LE(18),
    height: Math.abs(rows),
    topDown: rows < 0,
    bits,
    compression,
    palette: { start: afterHeader, entries, entryBytes: 4 },
    start,
    masks,
  });
}

function checked(header: Header): Header {
  const { width, height, bits, compression } = header;
  const isKnown =
    compression === compressions.none
      ? [1, 2, 4, 8, 16, 24, 32].includes(bits)
      : (compression === compressions.runs8 && bits === 8) ||
        (compression === compressions.runs4 && bits === 4) ||
        ((compression === compressions.bitFields || compression === compressions.alphaBitFields) &&
          (bits === 16 || bits === 32));
  if (!isKnown) throw new RangeError(`compression ${compression} with ${bits} bits a pixel is unknown`);
  if (width < 1 || height < 1) throw new RangeError(`it says that it has ${width} x ${height} pixels`);
  return header;
}

function usualMasks(bits: number): Header['masks'] {
  return bits === 16 ? [0x7c00, 0x3e0, 0x1f] : [0xff0000, 0xff00, 0xff];
}

/** Writes one row of the file, counted from where its pixels begin, as RGB. */
type RowWriter = (row: number, pixels: Uint8Array, to: number) => void;

function indexedRows(bytes: Buffer, header: Header): RowWriter {
  const { width, height, bits, compression, palette, start } = header;
  const colours = readPalette(bytes, palette);
  const packed = compression === compressions.none ? null : readRunLengths(bytes.subarray(start), header, bits === 4);
  const stride = rowBytes(header);
  if (packed === null) checkLength(bytes, start + stride * (height - 1) + Math.ceil((width * bits) / 8));
  const mask = (1 << bits) - 1;
  return (row, pixels, to) => {
    for (let x = 0, o = to; x < width; x++, o += 3) {
      const bit = x * bits;
      const index =
        packed === null
          ? ((bytes[start + row * stride + (bit >> 3)] ?? 0) >> (8 - bits - (bit & 7))) & mask
          : at(packed, row * width + x);
      pixels[o] = colours[index * 3] ?? 0;
      pixels[o + 1] = colours[index * 3 + 1] ?? 0;
      pixels[o + 2] = colours[index * 3 + 2] ?? 0;
    }
  };
}

/** RGB entries of a palette that is stored as BGR. */
function readPalette(bytes: Buffer, { start, entries, entryBytes }: Header['palette']): Uint8Array {
  const colours = new Uint8Array(Math.min(entries, 256) * 3);
  for (let i = 0; i < colours.length; i++) {
    colours[i] = bytes[start + Math.floor(i / 3) * entryBytes + 2 - (i % 3)] ?? 0;
  }
  return colours;
}

function directRows(bytes: Buffer, header: Header): RowWriter {
  const { width, height, bits, start, masks } = header;
  const each = bits / 8;
  const stride = rowBytes(header);
  checkLength(bytes, start + stride * (height - 1) + width * each);
  const channels = masks.map((mask) => {
    // A bit beyond 31 would turn the shift around.
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
    return { mask, shift, top: mask === 0 ? 1 : mask >>> shift };
  });
  return (row, pixels, to) => {
    let from = start + row * stride;
    for (let x = 0, o = to; x < width; x++, from += each) {
      const value = bytes.readUIntLE(from, each);
      for (const { mask, shift, top } of channels) pixels[o++] = Math.trunc((((value & mask) >>> shift) * 255) / top);
    }
  };
}

/** Rows begin at multiples of four bytes. */
function rowBytes({ width, bits }: Header): number {
  return Math.ceil((width * bits) / 32) * 4;
}

function checkLength(bytes: Buffer, needed: number): void {
  if (bytes.length < needed) throw new RangeError('it ends before its picture does');
}
