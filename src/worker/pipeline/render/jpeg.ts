/** JPEGs as libvips writes them, bit for bit, in less than half of its time: most of that is not spent on the pixels of a small picture. */

import { freshKernels, type Kernels } from '../../../shared/picture/kernels/kernels.ts';
import type { RgbImage } from '../../../shared/picture/raster.ts';
import { jpegEnd, jpegHeader, kernelTables } from './jpeg-tables.ts';

/** Pixels along a side of a block, and bytes that a row of one takes. */
const side = 8;
const blockRowBytes = side * 3;
/** Most bytes that a block of pixels becomes: 64 coefficients of three channels, of 27 bits, each byte followed by a 0. */
const mostBlockBytes = 3 * 432;
const blocksBytes = 3 * side * side * 2;
const stateBytes = 24;
/** About as many bytes of a picture, and of what it becomes, lie in the kernels' memory at once. */
const bandBytes = 2 ** 20;
const chunkBytes = 2 ** 16;

/** libjpeg takes no more, and so nobody can read more. */
export const largestJpegSide = 65_500;

let tables: Uint8Array | null = null;

/**
 * Quality 90, baseline. Full colour (4:4:4) keeps the edges of maps clean; Huffman tables made for the picture would save 3% of the size for
 * twice the time.
 * @param image with sides up to `largestJpegSide`
 */
export function encodeJpeg({ pixels, width, height }: RgbImage): Buffer {
  tables ??= kernelTables();
  const blocks = Math.ceil(width / side);
  const stride = blocks * blockRowBytes;
  const bandHeight = Math.max(Math.floor(bandBytes / stride / side), 1) * side;
  const chunks: Uint8Array[] = [jpegHeader({ width, height })];
  const kernels = freshKernels();
  const at = {
    tables: kernels.put(tables),
    room: kernels.place(blocksBytes),
    state: kernels.put(new Uint8Array(stateBytes)),
    pixels: kernels.place(Math.min(bandHeight, Math.ceil(height / side) * side) * stride),
    target: kernels.place(chunkBytes + blocks * mostBlockBytes),
  };
  let written = 0;
  const flush = () => {
    chunks.push(kernels.bytes(at.target, written).slice());
    written = 0;
  };
  for (let top = 0; top < height; top += bandHeight) {
    const rows = Math.min(bandHeight, height - top);
    putRows(kernels, at.pixels, stride, pixels.subarray(top * width * 3, (top + rows) * width * 3), width * 3);
    for (let row = 0; row < rows; row += side) {
      const isLast = top + row + side >= height;
      const from = at.pixels + row * stride;
      const count = Math.min(side, rows - row);
      const target = at.target + written;
      const { encodeRows } = kernels.functions;
      written += encodeRows(from, stride, width, blocks, count, at.tables, at.room, at.state, target, isLast);
      if (written >= chunkBytes) flush();
    }
  }
  flush();
  return Buffer.concat([...chunks, jpegEnd]);
}

/** Rows of `length` bytes, `stride` bytes apart. */
function putRows(kernels: Kernels, address: number, stride: number, rows: Uint8Array, length: number): void {
  const memory = kernels.memory();
  if (stride === length) {
    memory.set(rows, address);
    return;
  }
  for (let from = 0, to = address; from < rows.length; from += length, to += stride) {
    memory.set(rows.subarray(from, from + length), to);
  }
}
