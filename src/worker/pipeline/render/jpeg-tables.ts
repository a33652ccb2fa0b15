/** What a JPEG of ours is made with: the tables that the standard shows (ITU-T T.81, annex K), quality 90, full colour. */

import type { Size } from '../../../shared/picture/raster.ts';
import { zigzag } from '../../../shared/picture/zigzag.ts';

/** libjpeg's quality 90 makes the standard's divisors a fifth as large. */
const divisorPercent = 20;

/** Divisors of coefficients, row by row (tables K.1 and K.2). */
const lumaDivisors = [
  [16, 11, 10, 16, 24, 40, 51, 61],
  [12, 12, 14, 19, 26, 58, 60, 55],
  [14, 13, 16, 24, 40, 57, 69, 56],
  [14, 17, 22, 29, 51, 87, 80, 62],
  [18, 22, 37, 56, 68, 109, 103, 77],
  [24, 35, 55, 64, 81, 104, 113, 92],
  [49, 64, 78, 87, 103, 121, 120, 101],
  [72, 92, 95, 98, 112, 100, 103, 99],
];
const chromaDivisors = [
  [17, 18, 24, 47, 99, 99, 99, 99],
  [18, 21, 26, 66, 99, 99, 99, 99],
  [24, 26, 56, 99, 99, 99, 99, 99],
  [47, 66, 99, 99, 99, 99, 99, 99],
  ...Array.from({ length: 4 }, () => Array.from({ length: 8 }, () => 99)),
];

/** A Huffman table: how many codes there are of each length from 1 on, and what they mean, shortest codes first. */
interface Codes {
  lengths: number[];
  values: number[];
}

const sizes = Array.from({ length: 12 }, (_, size) => size);
/** Tables K.3 and K.4: how many bits a difference of DC has. */
const lumaDc: Codes = { lengths: [0, 1, 5, 1, 1, 1, 1, 1, 1], values: sizes };
const chromaDc: Codes = { lengths: [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1], values: sizes };

/** The last codes of both AC tables are the symbols that are left, in rising order. */
function withTheRest(lengths: number[], first: string): Codes {
  const known = [...Buffer.from(first, 'hex')];
  const all = [0x00, 0xf0];
  for (let run = 0; run < 16; run++) for (let size = 1; size <= 10; size++) all.push(run * 16 + size);
  const rest = all.filter((symbol) => !known.includes(symbol)).sort((a, b) => a - b);
  return { lengths, values: [...known, ...rest] };
}

/** Tables K.5 and K.6: how many zeros go before a coefficient, times 16, and how many bits it has. */
const lumaAc = withTheRest(
  [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125],
  '0102030004110512213141061351610722711432' + '8191a1082342b1c11552d1f02433627282',
);
const chromaAc = withTheRest(
  [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119],
  '0001020311040521310612415107617113223281' + '08144291a1b1c109233352f0156272d10a162434e125f1',
);

/** Row by row, 1 to 255. */
function divisors(standard: number[][]): number[] {
  return standard
    .flat()
    .map((divisor) => Math.min(Math.max(Math.floor((divisor * divisorPercent + 50) / 100), 1), 255));
}

const luma = divisors(lumaDivisors);
const chroma = divisors(chromaDivisors);

const beforeSize = Buffer.from([
  ...[0xff, 0xd8],
  ...segment(0xdb, [0, ...zigzag.map((place) => luma[place] ?? 1)]),
  ...segment(0xdb, [1, ...zigzag.map((place) => chroma[place] ?? 1)]),
  // The frame: its length, and 8 bits a sample.
  ...[0xff, 0xc0, 0, 17, 8],
]);
/** Three components, each with a sample for each pixel, the first with the tables for luma. */
const behindSize = Buffer.from([
  ...[3, 1, 0x11, 0, 2, 0x11, 1, 3, 0x11, 1],
  ...segment(0xc4, huffman(0x00, lumaDc)),
  ...segment(0xc4, huffman(0x10, lumaAc)),
  ...segment(0xc4, huffman(0x01, chromaDc)),
  ...segment(0xc4, huffman(0x11, chromaAc)),
  ...segment(0xda, [3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0]),
]);

/** All that goes before the picture's data. */
export function jpegHeader({ width, height }: Size): Buffer {
  const size = Buffer.from([height >> 8, height & 0xff, width >> 8, width & 0xff]);
  return Buffer.concat([beforeSize, size, behindSize]);
}

export const jpegEnd: Buffer = Buffer.from([0xff, 0xd9]);

function segment(marker: number, body: number[]): number[] {
  const length = body.length + 2;
  return [0xff, marker, length >> 8, length & 0xff, ...body];
}

function huffman(number: number, { lengths, values }: Codes): number[] {
  return [number, ...Array.from({ length: 16 }, (_, i) => lengths[i] ?? 0), ...values];
}

/** Tables as the kernel takes them (kernels/assembly/jpeg.ts). */
export function kernelTables(): Uint8Array {
  const parts = [
    ...[kernelInverses(luma), kernelCodes(16, lumaDc), kernelCodes(256, lumaAc)],
    ...[kernelInverses(chroma), kernelCodes(16, chromaDc), kernelCodes(256, chromaAc)],
    zigzagBits(),
    Uint8Array.from(zigzag, (place) => place * 2),
  ];
  return Buffer.concat(parts.map(({ buffer }) => new Uint8Array(buffer)));
}

/** The transform leaves coefficients 8 times as large. */
function kernelInverses(table: number[]): Float32Array {
  return Float32Array.from(table, (divisor) => 1 / (divisor * 8));
}

/** Codes are counted up, twice as far with each bit more (annex C). */
function kernelCodes(count: number, { lengths, values }: Codes): Uint32Array {
  const codes = new Uint32Array(count);
  let code = 0;
  let next = 0;
  for (const [i, own] of lengths.entries()) {
    for (const value of values.slice(next, next + own)) codes[value] = ((i + 1) << 16) | code++;
    next += own;
    code *= 2;
  }
  return codes;
}

/** `[8, 256]`: a row and a bit for each of its coefficients; the same bits where the zigzag has those coefficients. */
function zigzagBits(): BigUint64Array {
  const bits = new BigUint64Array(8 * 256);
  for (const [k, place] of zigzag.entries()) {
    const [row, column] = [Math.floor(place / 8), place % 8];
    for (let mask = 0; mask < 256; mask++) {
      if ((mask & (1 << column)) !== 0) bits[row * 256 + mask] = (bits[row * 256 + mask] ?? 0n) | (1n << BigInt(k));
    }
  }
  return bits;
}
