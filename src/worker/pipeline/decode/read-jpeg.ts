/** Usual JPEGs, bit for bit as the image library reads them, in a fraction of its time: most of that is not spent on the pixels of a small picture. */

import { freshKernels, type Kernels } from '../../../shared/picture/kernels/kernels.ts';
import type { Raster } from '../../../shared/picture/raster.ts';
import { zigzag } from '../../../shared/picture/zigzag.ts';
import { type BaselineJpeg, type JpegComponent, readBaseline } from './baseline-jpeg.ts';
import { turned } from './turned.ts';

/** Pixels along a side of a block. */
const side = 8;
/** Bytes of the file that lie in the kernels' memory at once, and of its scan. */
const pieceBytes = 2 ** 16;
const windowBytes = 2 ** 16;
const huffmanBytes = 25_000;
const blockBytes = 144;
/** A block has two codes, and the shortest has one bit: a file that is smaller than its header says takes no memory. */
const mostBlocksOfByte = 4;
const mostBytes = 2 ** 31 - 1;
/** Between rows of a plane, for what filters write beside them. */
const besideRows = 32;

/**
 * Decodes a JPEG of one scan in Huffman code, grey or of Y, Cb and Cr, all of whose bytes up to its end are in order.
 * @param turns whether the picture is turned as its EXIF says
 * @returns null for any other file
 */
export function readJpeg(bytes: Buffer, turns: boolean): Raster | null {
  const jpeg = readBaseline(bytes);
  if (jpeg === null) return null;
  const raster = readScan(bytes, jpeg);
  return raster === null || !turns ? raster : turned(raster, jpeg.orientation);
}

function readScan(bytes: Buffer, jpeg: BaselineJpeg): Raster | null {
  const { width, height, components } = jpeg;
  const [luma, chroma] = components;
  if (luma === undefined) return null;
  const channels = chroma === undefined ? 1 : 3;
  const mcuRows = Math.ceil(height / side / luma.down);
  const mcus = Math.ceil(width / side / luma.across);
  const blocks = mcuRows * mcus * components.reduce((sum, { across, down }) => sum + across * down, 0);
  if (blocks > (bytes.length - jpeg.scan) * mostBlocksOfByte || width * height * channels > mostBytes) return null;
  const kernels = freshKernels();
  const tables = placeTables(kernels, components);
  if (tables === null) return null;
  const planes = components.map(({ across, down }) => {
    const stride = mcus * across * side + besideRows;
    return { stride, address: kernels.place((1 + down * side) * stride) + besideRows / 2 };
  });
  const at = {
    components: kernels.put(
      Uint32Array.from(
        components.flatMap(({ across, down }, i) => {
          const [plane, own] = [planes[i], tables[i]];
          return [own?.dc, own?.ac, own?.quantisers, plane?.address, plane?.stride, across, down].map((n) => n ?? 0);
        }),
      ),
    ),
    block: kernels.place(blockBytes),
    piece: kernels.place(pieceBytes),
    window: kernels.place(windowBytes),
    room: kernels.place(4 * (width + 48)),
    target: kernels.place((luma.down * side + 1) * width * channels),
  };
  const { beginScan, endScan, keepRows, offerPiece, paintRows, readMcus } = kernels.functions;
  beginScan(at.window, windowBytes, jpeg.restartInterval);
  let next = jpeg.scan;
  /** Whether there was more of the file. */
  const offer = (): boolean => {
    let end = Math.min(next + pieceBytes, bytes.length);
    // What 0xff means, the byte behind it says.
    while (end > next && bytes[end - 1] === 0xff) end -= 1;
    if (end === next) return false;
    kernels.bytes(at.piece, end - next).set(bytes.subarray(next, end));
    offerPiece(at.piece, end - next);
    next = end;
    return true;
  };

  const pixels = new Uint8Array(width * height * channels);
  const chromaHeight = Math.ceil(height / luma.down);
  const isSmoothDown = luma.down === 2;
  const rowsAtOnce = luma.down * side;
  let painted = 0;
  for (let row = 0; row < mcuRows; row++) {
    for (let read = 0; read < mcus; ) {
      read = readMcus(read, mcus, at.components, components.length, at.block);
      if (read < 0 || (read < mcus && !offer())) return null;
    }
    const isLast = row === mcuRows - 1;
    // Chroma of the last row lies between two rows of MCUs.
    const end = isLast ? height : (row + 1) * rowsAtOnce - (isSmoothDown ? 1 : 0);
    const above = row * rowsAtOnce - 1;
    const lowest = row === 0 ? 1 : 0;
    const highest = isLast ? chromaHeight - row * side : side;
    const chromaWidth = Math.ceil(width / luma.across);
    paintRows(
      ...([at.components, channels, painted - above, end - above, lowest, highest] as const),
      ...([width, chromaWidth, at.room, at.target] as const),
    );
    if (isSmoothDown) keepRows(at.components, components.length);
    const line = width * channels;
    pixels.set(kernels.bytes(at.target, (end - painted) * line), painted * line);
    painted = end;
  }
  for (let state = endScan(); state !== 1; state = endScan()) if (state < 0 || !offer()) return null;
  // A reader of pictures with a gain map looks for a second one there.
  const behind = bytes.subarray(next - kernels.functions.unreadBytes());
  return behind.indexOf(startOfImage) === -1 ? { pixels, width, height, channels } : null;
}

const startOfImage = Buffer.of(0xff, 0xd8);

interface PlacedTables {
  dc: number;
  ac: number;
  quantisers: number;
}

/** Null where codes have lengths that no codes can have. */
function placeTables(kernels: Kernels, components: JpegComponent[]): PlacedTables[] | null {
  const placed = new Map<Buffer | Uint16Array, number>();
  const once = (definition: Buffer | Uint16Array, place: () => number): number => {
    const address = placed.get(definition) ?? place();
    placed.set(definition, address);
    return address;
  };
  let isSound = true;
  const huffman = (definition: Buffer, isDc: boolean) =>
    once(definition, () => {
      const from = kernels.put(definition);
      const address = kernels.place(huffmanBytes);
      isSound &&= kernels.functions.makeHuffmanTable(from, isDc, address) === 1;
      return address;
    });
  const tables = components.map(({ dc, ac, divisors }) => ({
    dc: huffman(dc, true),
    ac: huffman(ac, false),
    quantisers: once(divisors, () => kernels.put(quantisers(divisors))),
  }));
  return isSound ? tables : null;
}

/** Entries of the kernel's table: one for each step that a symbol can take. */
const steps = 192;

/** For each coefficient, its divisor and where it lies in a block of i16; behind the last one comes what is thrown away. */
function quantisers(divisors: Uint16Array): Uint32Array {
  return Uint32Array.from({ length: steps }, (_, k) => ((divisors[k] ?? 0) << 16) | (2 * (zigzag[k] ?? 64)));
}
