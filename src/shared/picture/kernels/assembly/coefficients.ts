/** The coefficients of a JPEG's blocks out of its scan (ITU-T T.81, annex F.2), and where restarts are due. */

import { blockEnds, extended, long, longEntry, pairs, partial, shift, wrong } from './huffman';
import { beginSegment, bytesEnd, endMarker, openWindow, readAhead, slide } from './scan-bytes';

/** Bits that were read and not used, the next one highest, and how many. Below them may be some of the following ones. */
let bits: u64 = 0;
let count: u32 = 0;
/** Above the next byte. */
let position: usize = 0;
/** MCUs from restart to restart, or 0; and up to the next one. */
let interval: u32 = 0;
let untilRestart: u32 = 0;
/** The low three bits of the next restart's marker. */
let nextRestart: u32 = 0;
const firstRestart: u32 = 0xd0;
const endOfImage: u32 = 0xd9;

/** Whether all coefficients so far are small enough that no sum of the transform leaves 16 bits. */
export let areSmall: bool = true;
/** They lie from minus this up to it. */
const small = 8192;

/** What DC was last, of each component. */
let lastDc0: i32 = 0;
let lastDc1: i32 = 0;
let lastDc2: i32 = 0;

export function beginCoefficients(window: usize, size: usize, restartInterval: u32): void {
  openWindow(window, size);
  interval = restartInterval;
  nextRestart = 0;
  areSmall = true;
  restart();
}

function restart(): void {
  position = beginSegment();
  bits = 0;
  count = 0;
  lastDc0 = lastDc1 = lastDc2 = 0;
  untilRestart = interval;
}

/** @returns false where another piece of the file is needed before the next MCU */
export function isReady(): bool {
  if (endMarker !== 0 || position >= bytesEnd + readAhead) return true;
  position = slide(position);
  return endMarker !== 0 || position >= bytesEnd + readAhead;
}

/** Restarts where one is due. @returns 1, 0 where the next MCU needs another piece of the file, or -1 where the file is not in order */
export function beforeMcu(): i32 {
  if (!isReady()) return 0;
  if (interval !== 0 && untilRestart === 0) {
    if (!isAtEnd() || endMarker !== firstRestart + nextRestart) return -1;
    nextRestart = (nextRestart + 1) & 7;
    restart();
    if (!isReady()) return 0;
  }
  untilRestart -= 1;
  return 1;
}

/** Whether the picture's marker of its end follows what was read. Ask when `isReady`. */
export function isAtEndOfImage(): bool {
  return isAtEnd() && endMarker === endOfImage;
}

/** Whether at most the last bits of a byte are left before a marker. */
function isAtEnd(): bool {
  return endMarker !== 0 && !isPastEnd() && ((position - bytesEnd) << 3) + count < 8;
}

/** Whether more bits were read than there are. */
export function isPastEnd(): bool {
  return position + (count >> 3) < bytesEnd;
}

/**
 * Reads a block.
 * @param block i16[64] of zeros, row by row, and 16 bytes more
 * @param dcTable,acTable as in huffman.ts
 * @param quantisers u32[192]: for each of the zigzag's coefficients, its divisor << 16 | where it lies in the block, in bytes. Behind the 64th: 128
 * @returns the place of the last coefficient that may not be zero, or -1 where the file is not in order
 */
export function readBlock(block: usize, dcTable: usize, acTable: usize, quantisers: usize, component: u32): i32 {
  let ahead = bits;
  let left = count;
  let at = position;

  // As many bytes as there is room for, at least seven bits less than 64: enough for two codes with their values.
  ahead |= load<u64>(at - 8) >> left;
  at -= (63 - left) >> 3;
  left |= 56;
  let entry = load<u32>(dcTable + ((<usize>(ahead >> shift)) << 2));
  if ((entry & partial) !== 0) entry = whole(entry, dcTable, ahead, true);
  if (entry === wrong) return -1;
  ahead <<= entry & 63;
  left -= entry & 63;
  let dc = <i32>entry >> 16;
  if (component === 0) dc = lastDc0 += dc;
  else if (component === 1) dc = lastDc1 += dc;
  else dc = lastDc2 += dc;
  // A sum of differences has no bounds of its own; within these, products do not overflow.
  if (dc < -small || dc >= small) return -1;
  dc *= <i32>(load<u32>(quantisers) >> 16);
  store<i16>(block, <i16>dc);
  let spread = dc + small;

  let two: u64 = 0;
  let k: u32 = 1;
  while (true) {
    ahead |= load<u64>(at - 8) >> left;
    at -= (63 - left) >> 3;
    left |= 56;
    two = load<u64>(acTable + pairs + ((<usize>(ahead >> shift)) << 3));
    if ((<u32>two & partial) !== 0) {
      const entry = whole(<u32>two, acTable, ahead, false);
      if (entry === wrong) return -1;
      two = <u64>entry | ((<u64>(entry & 63)) << 40);
    }
    let next = k + ((<u32>two >> 8) & 0xff);
    if (next >= 64) {
      k = next;
      break;
    }
    ahead <<= two & 63;
    left -= <u32>two & 63;
    k = next + (<u32>(two >> 32) & 0xff);
    spread |= putTwo(block, quantisers, next, k, two);
    if (k >= 64) {
      two = 0;
      break;
    }

    two = load<u64>(acTable + pairs + ((<usize>(ahead >> shift)) << 3));
    if ((<u32>two & partial) !== 0) continue;
    next = k + ((<u32>two >> 8) & 0xff);
    if (next >= 64) {
      k = next;
      break;
    }
    ahead <<= two & 63;
    left -= <u32>two & 63;
    k = next + (<u32>(two >> 32) & 0xff);
    spread |= putTwo(block, quantisers, next, k, two);
    if (k >= 64) {
      two = 0;
      break;
    }
  }
  if (two !== 0) {
    // The block ends with the first of two; the second is another block's.
    const used = <u32>(two >> 40) & 63;
    ahead <<= used;
    left -= used;
    spread |= put(block, quantisers, k, <i32>two >> 16);
  }

  bits = ahead;
  count = left;
  position = at;
  if ((spread & ~(2 * small - 1)) !== 0) areSmall = false;
  if (k === 64) return 63;
  return k > blockEnds ? <i32>(k - blockEnds) - 1 : -1;
}

/** The coefficient before `next` in the zigzag. @returns it, raised to above zero where it is small */
function put(block: usize, quantisers: usize, next: u32, value: i32): i32 {
  const quantiser = load<u32>(quantisers + ((<usize>next) << 2) - 4);
  const coefficient = value * <i32>(quantiser >> 16);
  store<i16>(block + <usize>(quantiser & 0xffff), <i16>coefficient);
  return coefficient + small;
}

/** The same for two. Where there is no second one, the first is written over it. */
function putTwo(block: usize, quantisers: usize, next: u32, second: u32, two: u64): i32 {
  const quantiser = load<u32>(quantisers + ((<usize>next) << 2) - 4);
  const quantiserOfSecond = load<u32>(quantisers + ((<usize>second) << 2) - 4);
  const coefficient = (<i32>two >> 16) * <i32>(quantiser >> 16);
  const coefficientOfSecond = <i32>(<i64>two >> 48) * <i32>(quantiserOfSecond >> 16);
  store<i16>(block + <usize>(quantiserOfSecond & 0xffff), <i16>coefficientOfSecond);
  store<i16>(block + <usize>(quantiser & 0xffff), <i16>coefficient);
  return (coefficient + small) | (coefficientOfSecond + small);
}

/** A partial entry with its value, or `wrong`. */
function whole(entry: u32, table: usize, ahead: u64, isDc: bool): u32 {
  let partOf = entry;
  if ((partOf & 0xff) === long) partOf = longEntry(table, ahead, isDc);
  if ((partOf & 0xff) === wrong) return wrong;
  const length = partOf & 63;
  const size = partOf >> 16;
  if (size === 0) return (partOf & 0xff00) | length;
  const value = extended(<u32>((ahead << length) >> (64 - size)), size);
  return ((<u32>value) << 16) | (partOf & 0xff00) | (length + size);
}
