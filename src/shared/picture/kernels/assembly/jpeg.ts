/**
 * Rows of a baseline JPEG without subsampling, with the Huffman tables that the standard shows (ITU-T T.81, annexes F and K), bit for bit as
 * libjpeg writes them with its exact transform.
 *
 * Tables at `tables`, for luma and then for chroma:
 *
 *     f32[64]  one by a coefficient's divisor
 *     u32[16]  Huffman codes of DC sizes | u32[256] of AC runs and sizes: length << 16 | code
 *
 * and for both: u64[8, 256]: for a row of coefficients and a bit for each that is not zero, the same bits in the zigzag's order | u8[64]: where
 * in a block each of the zigzag's coefficients lies, in bytes.
 */

import { forwardCosines } from './cosines';
import { eightPixels } from './luma-chroma';

const dcCodes: usize = 256;
const acCodes: usize = 320;
const ofOne: usize = 1344;
const zigzagBits: usize = 2688;
const zigzag: usize = zigzagBits + 8 * 256 * 8;

/** Bits that are not written yet, the last of them lowest, and how many. */
let pending: u64 = 0;
let pendingCount: u32 = 0;
/** Where the next byte goes. */
let end: usize = 0;

/**
 * Appends a row of blocks.
 * @param pixels RGB, `stride` bytes from row to row. Each row has room for `blocks` of 8 pixels, and is filled up here
 * @param width pixels of a row that are there
 * @param rows 1 to 8 that are there; the last one is repeated
 * @param room 3 blocks of i16[64]
 * @param state of the picture: u64 pending bits | u32 their number | i32[3] what DC was last. Zeros at first
 * @param target room for 432 bytes for each block and channel
 * @param isLast whether the picture ends with it
 * @returns how many bytes were written
 */
export function encodeRows(
  pixels: usize,
  stride: usize,
  width: usize,
  blocks: usize,
  rows: usize,
  tables: usize,
  room: usize,
  state: usize,
  target: usize,
  isLast: bool,
): usize {
  for (let y: usize = 0; y < rows; y++) fillUp(pixels + y * stride, width, blocks << 3);
  pending = load<u64>(state);
  pendingCount = load<u32>(state, 8);
  end = target;
  for (let x: usize = 0; x < blocks; x++) {
    for (let y: usize = 0; y < 8; y++) {
      const from = pixels + min(y, rows - 1) * stride + x * 24;
      const to = room + (y << 4);
      eightPixels(from, to, to + 128, to + 256);
    }
    encodeBlock(room, tables, tables, state + 12);
    encodeBlock(room + 128, tables + ofOne, tables, state + 16);
    encodeBlock(room + 256, tables + ofOne, tables, state + 20);
  }
  if (isLast) endBits();
  store<u64>(state, pending);
  store<u32>(state, pendingCount, 8);
  return end - target;
}

/** Repeats the last pixel of a row. */
function fillUp(row: usize, width: usize, length: usize): void {
  const last = row + (width - 1) * 3;
  for (let x = width; x < length; x++) {
    const to = row + x * 3;
    store<u16>(to, load<u16>(last));
    store<u8>(to, load<u8>(last, 2), 2);
  }
}

function encodeBlock(block: usize, own: usize, tables: usize, lastDc: usize): void {
  forwardCosines(block);
  let present: u64 = 0;
  let zigzagRow = tables + zigzagBits;
  for (let row: usize = 0; row < 8; row++, zigzagRow += 2048) {
    const quantised = quantise(v128.load(block + (row << 4)), own + (row << 5));
    v128.store(block + (row << 4), quantised);
    const zeros = <usize>i16x8.bitmask(i16x8.eq(quantised, i16x8.splat(0)));
    present |= load<u64>(zigzagRow + ((zeros ^ 0xff) << 3));
  }

  let bits = pending;
  let count = pendingCount;
  const dc = <i32>load<i16>(block);
  const difference = dc - load<i32>(lastDc);
  store<i32>(lastDc, dc);
  const dcSize = sizeOf(difference);
  const dcCode = load<u32>(own + dcCodes + (dcSize << 2));
  bits = (bits << ((dcCode >> 16) + dcSize)) | coded(dcCode, difference, dcSize);
  count += (dcCode >> 16) + dcSize;
  if (count >= 32) {
    count -= 32;
    putWord(<u32>(bits >> count));
  }

  const acCode = own + acCodes;
  const sixteenZeros = load<u32>(acCode + (0xf0 << 2));
  let next: u32 = 1;
  for (present &= ~1; present !== 0; present &= present - 1) {
    const k = <u32>ctz(present);
    let run = k - next;
    for (; run > 15; run -= 16) {
      bits = (bits << (sixteenZeros >> 16)) | (sixteenZeros & 0xffff);
      count += sixteenZeros >> 16;
      if (count >= 32) {
        count -= 32;
        putWord(<u32>(bits >> count));
      }
    }
    const value = <i32>load<i16>(block + <usize>load<u8>(tables + zigzag + k));
    const size = sizeOf(value);
    const code = load<u32>(acCode + ((<usize>((run << 4) | size)) << 2));
    bits = (bits << ((code >> 16) + size)) | coded(code, value, size);
    count += (code >> 16) + size;
    if (count >= 32) {
      count -= 32;
      putWord(<u32>(bits >> count));
    }
    next = k + 1;
  }
  // The rest of the block is zeros. Four bits at most, so that the next block's first code still fits.
  if (next < 64) {
    const code = load<u32>(acCode);
    bits = (bits << (code >> 16)) | (code & 0xffff);
    count += code >> 16;
  }
  pending = bits;
  pendingCount = count;
}

/**
 * Magnitudes divided and rounded, halves up, with their signs. A quarter more keeps quotients so far from halves that a float's error is none.
 * In a float of 2^23 and more the lowest bits are a whole number.
 */
function quantise(values: v128, inverse: usize): v128 {
  const sign = i16x8.shr_s(values, 15);
  const magnitude = i16x8.abs(values);
  const left = rounded(i32x4.extend_low_i16x8_u(magnitude), v128.load(inverse));
  const right = rounded(i32x4.extend_high_i16x8_u(magnitude), v128.load(inverse, 16));
  return i16x8.sub(v128.xor(i16x8.narrow_i32x4_s(left, right), sign), sign);
}

function rounded(values: v128, inverse: v128): v128 {
  const above = f32x4.add(f32x4.convert_i32x4_s(values), f32x4.splat(0.25));
  return i32x4.sub(f32x4.add(f32x4.mul(above, inverse), f32x4.splat(8388608)), i32x4.splat(0x4b000000));
}

/** Bits that a value needs. */
function sizeOf(value: i32): u32 {
  return 32 - <u32>clz(abs(value));
}

/** A Huffman code and the lowest bits of a value, of one less where it is below zero. */
function coded(code: u32, value: i32, size: u32): u64 {
  return <u64>(((code & 0xffff) << size) | (<u32>(value + (value >> 31)) & ((1 << size) - 1)));
}

/** What is left of the last byte becomes ones. */
function endBits(): void {
  if (pendingCount >= 32) {
    pendingCount -= 32;
    putWord(<u32>(pending >> pendingCount));
  }
  const missing = -pendingCount & 7;
  pending = (pending << missing) | ((1 << missing) - 1);
  for (pendingCount += missing; pendingCount > 0; ) {
    pendingCount -= 8;
    putByte(<u32>(pending >> pendingCount) & 0xff);
  }
}

function putWord(word: u32): void {
  // A byte is 0xff where its complement is zero.
  if (((~word - 0x01010101) & word & 0x80808080) === 0) {
    store<u32>(end, bswap(word));
    end += 4;
    return;
  }
  putByte(word >> 24);
  putByte((word >> 16) & 0xff);
  putByte((word >> 8) & 0xff);
  putByte(word & 0xff);
}

/** A 0 behind 0xff says that it is no marker. */
function putByte(byte: u32): void {
  store<u8>(end, byte);
  end += 1;
  if (byte !== 0xff) return;
  store<u8>(end, 0);
  end += 1;
}
