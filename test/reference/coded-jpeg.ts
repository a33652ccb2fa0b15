/** JPEGs of drawn coefficients (ITU-T T.81): with restarts, samplings, tables and values that the image library does not write. */

import { zigzag } from '../../src/shared/picture/zigzag.ts';

export interface CodedJpeg {
  width: number;
  height: number;
  /** Blocks of an MCU across and down, for each component. */
  samplings: [across: number, down: number][];
  /** MCUs, or 0. */
  restartInterval: number;
  /** Of coefficients in the zigzag's order, 1 to 65535. */
  divisors: number[];
  /** The order in which symbols get their codes, shortest first, in DC's and AC's table. */
  shuffle(symbols: number[]): number[];
  /** The next block's coefficients in the zigzag's order. */
  block(): number[];
}

/** How many codes there are of each length from 1 on: those that the standard shows, which lets its rarest be long. */
const dcLengths = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0];
const acLengths = [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125];

const dcSymbols = Array.from({ length: 12 }, (_, size) => size);
const acSymbols = [
  ...[0x00, 0xf0],
  ...Array.from({ length: 160 }, (_, i) => (Math.floor(i / 10) << 4) | ((i % 10) + 1)),
];

export function codedJpeg(jpeg: CodedJpeg): Buffer {
  const { width, height, samplings, restartInterval, divisors } = jpeg;
  const [dc, ac] = [jpeg.shuffle(dcSymbols), jpeg.shuffle(acSymbols)];
  const components = samplings.flatMap(([across, down], i) => [i + 1, (across << 4) | down, 0]);
  return Buffer.concat([
    Buffer.of(0xff, 0xd8),
    segment(0xdb, [0x10, ...divisors.flatMap((divisor) => [divisor >> 8, divisor & 255])]),
    segment(0xc1, [8, height >> 8, height & 255, width >> 8, width & 255, samplings.length, ...components]),
    segment(0xc4, [0x00, ...dcLengths, ...dc, 0x10, ...acLengths, ...ac]),
    segment(0xdd, [restartInterval >> 8, restartInterval & 255]),
    segment(0xda, [samplings.length, ...samplings.flatMap((_, i) => [i + 1, 0]), 0, 63, 0]),
    scan(jpeg, codes(dcLengths, dc), codes(acLengths, ac)),
    Buffer.of(0xff, 0xd9),
  ]);
}

function segment(code: number, body: number[]): Buffer {
  const length = body.length + 2;
  return Buffer.of(0xff, code, length >> 8, length & 255, ...body);
}

/** A symbol's code as text of zeros and ones (annex C). */
function codes(lengths: number[], symbols: number[]): Map<number, string> {
  const found = new Map<number, string>();
  let [code, next] = [0, 0];
  for (const [i, count] of lengths.entries()) {
    for (const symbol of symbols.slice(next, next + count))
      found.set(symbol, (code++).toString(2).padStart(i + 1, '0'));
    next += count;
    code *= 2;
  }
  return found;
}

function scan({ width, height, samplings, restartInterval, block }: CodedJpeg, dc: Codes, ac: Codes): Buffer {
  const isGrey = samplings.length === 1;
  const most = (axis: 0 | 1) => Math.max(...samplings.map((sampling) => sampling[axis]));
  const side = (pixels: number, axis: 0 | 1) => Math.ceil(pixels / 8 / (isGrey ? 1 : most(axis)));
  /** The component of each block of an MCU. */
  const blocks = samplings.flatMap(([across, down], i) => Array.from({ length: isGrey ? 1 : across * down }, () => i));
  const pieces: Buffer[] = [];
  let bits = '';
  let lastDc = samplings.map(() => 0);
  const mcus = side(width, 0) * side(height, 1);
  for (let mcu = 0; mcu < mcus; mcu++) {
    if (restartInterval > 0 && mcu > 0 && mcu % restartInterval === 0) {
      pieces.push(stuffed(bits), Buffer.of(0xff, 0xd0 + ((mcu / restartInterval - 1) % 8)));
      bits = '';
      lastDc = samplings.map(() => 0);
    }
    for (const component of blocks) {
      const [own = 0, ...others] = block();
      bits += blockBits([own - (lastDc[component] ?? 0), ...others], dc, ac);
      lastDc[component] = own;
    }
  }
  return Buffer.concat([...pieces, stuffed(bits)]);
}

type Codes = Map<number, string>;

function blockBits([difference = 0, ...others]: number[], dc: Codes, ac: Codes): string {
  let bits = (dc.get(sizeOf(difference)) ?? '') + valueBits(difference);
  let run = 0;
  for (const value of others.slice(0, zigzag.length - 1)) {
    if (value === 0) {
      run += 1;
      continue;
    }
    for (; run > 15; run -= 16) bits += ac.get(0xf0) ?? '';
    bits += (ac.get((run << 4) | sizeOf(value)) ?? '') + valueBits(value);
    run = 0;
  }
  return others.length < 63 || run > 0 ? bits + (ac.get(0) ?? '') : bits;
}

function sizeOf(value: number): number {
  return 32 - Math.clz32(Math.abs(value));
}

function valueBits(value: number): string {
  const size = sizeOf(value);
  return size === 0 ? '' : (value < 0 ? value + 2 ** size - 1 : value).toString(2).padStart(size, '0');
}

/** Whole bytes, filled up with ones, and a zero behind each that looks like a marker's first. */
function stuffed(bits: string): Buffer {
  const bytes: number[] = [];
  for (let at = 0; at < bits.length; at += 8) {
    const byte = Number.parseInt(bits.slice(at, at + 8).padEnd(8, '1'), 2);
    bytes.push(byte, ...(byte === 0xff ? [0] : []));
  }
  return Buffer.from(bytes);
}
