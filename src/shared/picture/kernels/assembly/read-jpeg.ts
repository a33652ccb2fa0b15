/**
 * A usual JPEG's scan, row of MCUs by row of MCUs, with libjpeg's samples, bit for bit: Huffman code, all components in one scan, chroma for
 * each pixel, for two or for four. What is not in order is not read.
 *
 * A component is u32[7]: addresses of its DC table, AC table (huffman.ts), quantisers (coefficients.ts) and plane, bytes from row to row of the
 * plane, blocks of an MCU across and down. A plane's first row is kept from the row of MCUs before; behind it the present ones begin.
 */

import { repeatAcross, twiceAcross, twiceBoth, twiceDown } from './chroma';
import { areSmall, beforeMcu, beginCoefficients, isAtEndOfImage, isPastEnd, isReady, readBlock } from './coefficients';
import { areExact, beginTransforms, inverseCosines } from './inverse-cosines';
import { rowToRgb } from './luma-chroma-to-rgb';

export { makeHuffmanTable } from './huffman';
export { offerPiece, unreadBytes } from './scan-bytes';

const componentBytes: usize = 28;

/** @param window room for `size` bytes, 2 ** 14 or more */
export function beginScan(window: usize, size: usize, restartInterval: u32): void {
  beginCoefficients(window, size, restartInterval);
  beginTransforms();
}

/**
 * Reads MCUs of a row into the planes.
 * @param first how many of the row were read before
 * @param end how many there are
 * @param block room for 144 bytes
 * @returns how many were read: fewer than `end` where the next piece of the file is needed; -1 where the file is not in order
 */
export function readMcus(first: u32, end: u32, components: usize, count: u32, block: usize): i32 {
  for (let mcu = first; mcu < end; mcu++) {
    const state = beforeMcu();
    if (state <= 0) return state === 0 ? <i32>mcu : -1;
    for (let c: u32 = 0; c < count; c++) {
      const component = components + <usize>c * componentBytes;
      const stride = <usize>load<u32>(component, 16);
      const across = load<u32>(component, 20);
      const down = load<u32>(component, 24);
      const corner = <usize>load<u32>(component, 12) + stride + ((<usize>(mcu * across)) << 3);
      for (let y: u32 = 0; y < down; y++) {
        for (let x: u32 = 0; x < across; x++) {
          clear(block);
          const last = readBlock(block, load<u32>(component), load<u32>(component, 4), load<u32>(component, 8), c);
          if (last < 0) return -1;
          inverseCosines(block, last, corner + <usize>y * 8 * stride + <usize>x * 8, stride);
        }
      }
    }
    if (isPastEnd()) return -1;
  }
  return areSmall && areExact ? <i32>end : -1;
}

/** A `memory.fill` of so few bytes takes longer than they do. */
function clear(block: usize): void {
  const zero = i64x2.splat(0);
  v128.store(block, zero);
  v128.store(block, zero, 16);
  v128.store(block, zero, 32);
  v128.store(block, zero, 48);
  v128.store(block, zero, 64);
  v128.store(block, zero, 80);
  v128.store(block, zero, 96);
  v128.store(block, zero, 112);
}

/** Whether the picture ends here. @returns 1, 0 where the next piece of the file is needed to tell, or -1 where it does not */
export function endScan(): i32 {
  if (!isReady()) return 0;
  return isAtEndOfImage() ? 1 : -1;
}

/**
 * Writes rows of pixels from the planes.
 * @param count components: 1 for grey, 3 for Y, Cb and Cr, which become RGB
 * @param first,end rows of the luma plane
 * @param lowest,highest rows of the chroma planes that belong to the picture
 * @param width,chromaWidth samples of a row that belong to the picture
 * @param room for 2 rows of `width + 32` bytes, and one of twice as many
 * @param target u8[rows, width, count], written up to 45 bytes further
 */
export function paintRows(
  components: usize,
  count: u32,
  first: i32,
  end: i32,
  lowest: i32,
  highest: i32,
  width: usize,
  chromaWidth: usize,
  room: usize,
  target: usize,
): void {
  const stride = <usize>load<u32>(components, 16);
  const across = load<u32>(components, 20);
  const down = load<u32>(components, 24);
  const luma = <usize>load<u32>(components, 12);
  for (let row = first; row < end; row++, target += width * count) {
    const from = luma + <usize>row * stride;
    if (count === 1) {
      memory.copy(target, from, width);
      continue;
    }
    const own = down === 1 ? row : (row + 1) >> 1;
    const other = max(min((row & 1) === 0 ? own + 1 : own - 1, highest), lowest);
    const isUpper = (row & 1) === 1;
    const roomOfOne = (width + 47) & ~15;
    const blue = enlarged(
      components + componentBytes,
      own,
      other,
      isUpper,
      across,
      down,
      chromaWidth,
      room,
      room + 2 * roomOfOne,
    );
    const red = enlarged(
      components + 2 * componentBytes,
      own,
      other,
      isUpper,
      across,
      down,
      chromaWidth,
      room + roomOfOne,
      room + 2 * roomOfOne,
    );
    rowToRgb(from, blue, red, width, target);
  }
}

/** @returns where a row of chroma is */
function enlarged(
  component: usize,
  own: i32,
  other: i32,
  isUpper: bool,
  across: u32,
  down: u32,
  width: usize,
  target: usize,
  room: usize,
): usize {
  const plane = <usize>load<u32>(component, 12);
  const stride = <usize>load<u32>(component, 16);
  const near = plane + <usize>own * stride;
  if (across === 1 && down === 1) return near;
  const far = plane + <usize>other * stride;
  if (across === 1) twiceDown(near, far, isUpper, width, target);
  else if (width <= 2) repeatAcross(near, width, target);
  else if (down === 1) twiceAcross(near, width, target);
  else twiceBoth(near, far, width, room, target);
  return target;
}

/** Keeps the last rows of the planes for the pixels between this row of MCUs and the next one. */
export function keepRows(components: usize, count: u32): void {
  for (let c: u32 = 0; c < count; c++) {
    const component = components + <usize>c * componentBytes;
    const plane = <usize>load<u32>(component, 12);
    const stride = <usize>load<u32>(component, 16);
    memory.copy(plane, plane + <usize>load<u32>(component, 24) * 8 * stride, stride);
  }
}
