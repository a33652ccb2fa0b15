/** Usual JPEGs, bit for bit as the image library reads them, in about half of its time. */

import { freshKernels } from '../../../shared/picture/kernels/kernels.ts';
import type { Raster } from '../../../shared/picture/raster.ts';
import { type BaselineJpeg, readBaseline } from './baseline-jpeg.ts';
import { blockSide, pieceBytes, placeAreas, windowBytes } from './jpeg-areas.ts';
import { turned } from './turned.ts';

/** A block has two codes, and the shortest has one bit: a file that is smaller than its header says takes no memory. */
const mostBlocksOfByte = 4;
const mostBytes = 2 ** 31 - 1;
const startOfImage = Buffer.of(0xff, 0xd8);

/**
 * Decodes a JPEG of one scan in Huffman code, grey or of Y, Cb and Cr, all of whose bytes up to its end are in order.
 * @param turns whether the picture is turned as its EXIF says
 * @returns null for any other file
 */
export function readJpeg(bytes: Buffer, turns: boolean): Raster | null {
  const jpeg = readBaseline(bytes);
  const raster = jpeg === null ? null : readScan(bytes, jpeg);
  return jpeg === null || raster === null || !turns ? raster : turned(raster, jpeg.orientation);
}

function readScan(bytes: Buffer, jpeg: BaselineJpeg): Raster | null {
  const { width, height, luma, components, channels } = jpeg;
  const mcuRows = Math.ceil(height / blockSide / luma.down);
  const mcus = Math.ceil(width / blockSide / luma.across);
  const line = width * channels;
  const blocks = mcuRows * mcus * components.reduce((sum, { across, down }) => sum + across * down, 0);
  if (blocks > (bytes.length - jpeg.scan) * mostBlocksOfByte || height * line > mostBytes) return null;
  const kernels = freshKernels();
  const areas = placeAreas(kernels, jpeg, mcus);
  if (areas === null) return null;
  const { beginScan, endScan, keepRows, offerPiece, paintRows, readMcus, unreadBytes } = kernels.functions;
  beginScan(areas.window, windowBytes, jpeg.restartInterval);
  let next = jpeg.scan;
  /** Whether there was more of the file. */
  const offer = (): boolean => {
    let end = Math.min(next + pieceBytes, bytes.length);
    // What 0xff means, the byte behind it says.
    while (end > next && bytes[end - 1] === 0xff) end -= 1;
    if (end === next) return false;
    kernels.bytes(areas.piece, end - next).set(bytes.subarray(next, end));
    offerPiece(areas.piece, end - next);
    next = end;
    return true;
  };

  // Every byte is written.
  const room = Buffer.allocUnsafeSlow(height * line);
  const pixels = new Uint8Array(room.buffer, room.byteOffset, room.length);
  const size = { width, chromaWidth: Math.ceil(width / luma.across), chromaHeight: Math.ceil(height / luma.down) };
  const rowsAtOnce = luma.down * blockSide;
  const isSmoothDown = luma.down > 1;
  let painted = 0;
  for (let row = 0; row < mcuRows; row++) {
    for (let read = 0; read < mcus; ) {
      read = readMcus(read, mcus, areas.components, channels, areas.block);
      if (read < 0 || (read < mcus && !offer())) return null;
    }
    const isLast = row === mcuRows - 1;
    // Chroma of a row's last line lies between two rows of MCUs.
    const end = isLast ? height : (row + 1) * rowsAtOnce - (isSmoothDown ? 1 : 0);
    // The planes begin with the line before the row.
    const before = row * rowsAtOnce - 1;
    const lowest = row === 0 ? 1 : 0;
    const highest = isLast ? size.chromaHeight - row * blockSide : blockSide;
    paintRows(
      ...([areas.components, channels, painted - before, end - before, lowest, highest] as const),
      ...([width, size.chromaWidth, areas.room, areas.target] as const),
    );
    if (isSmoothDown) keepRows(areas.components, channels);
    pixels.set(kernels.bytes(areas.target, (end - painted) * line), painted * line);
    painted = end;
  }
  for (let state = endScan(); state !== 1; state = endScan()) if (state < 0 || !offer()) return null;
  // A reader of pictures with a gain map looks for a second one there.
  if (bytes.subarray(next - unreadBytes()).indexOf(startOfImage) !== -1) return null;
  return { pixels, width, height, channels };
}
