/** What the kernels read a JPEG from and into, in their memory (kernels/assembly/read-jpeg.ts). Its size depends on the picture's width alone. */

import type { Kernels } from '../../../shared/picture/kernels/kernels.ts';
import { zigzag } from '../../../shared/picture/zigzag.ts';
import type { BaselineJpeg, JpegComponent } from './baseline-jpeg.ts';

/** Pixels along a side of a block. */
export const blockSide = 8;
/** Bytes of the file that lie there at once, and of its scan. */
export const pieceBytes = 2 ** 16;
export const windowBytes = 2 ** 16;
const huffmanBytes = 25_000;
const blockBytes = 144;
/** Between rows of a plane, for what filters write beside them. */
const besideRows = 32;
/** Entries of a table of quantisers: one for each place that a symbol can lead to. */
const places = 192;

/** Addresses. */
export interface JpegAreas {
  components: number;
  block: number;
  piece: number;
  window: number;
  room: number;
  target: number;
}

/** @returns null where codes have lengths that no codes can have */
export function placeAreas(kernels: Kernels, jpeg: BaselineJpeg, mcus: number): JpegAreas | null {
  const { width, luma, components, channels } = jpeg;
  const tables = new Tables(kernels);
  const described = components.flatMap((component) => {
    const { across, down, dc, ac, divisors } = component;
    const stride = mcus * across * blockSide + besideRows;
    const plane = kernels.place((1 + down * blockSide) * stride) + besideRows / 2;
    return [
      tables.huffman(dc, true),
      tables.huffman(ac, false),
      tables.quantisers(divisors),
      plane,
      stride,
      across,
      down,
    ];
  });
  if (!tables.areSound) return null;
  return {
    components: kernels.put(Uint32Array.from(described)),
    block: kernels.place(blockBytes),
    piece: kernels.place(pieceBytes),
    window: kernels.place(windowBytes),
    room: kernels.place(4 * (width + 48)),
    target: kernels.place((1 + luma.down * blockSide) * width * channels),
  };
}

/** Each table is made once, however many components have it. */
class Tables {
  readonly #kernels: Kernels;
  readonly #placed = new Map<JpegComponent['dc' | 'divisors'], number>();
  areSound = true;

  constructor(kernels: Kernels) {
    this.#kernels = kernels;
  }

  huffman(definition: Buffer, isDc: boolean): number {
    return this.#once(definition, () => {
      const from = this.#kernels.put(definition);
      const address = this.#kernels.place(huffmanBytes);
      this.areSound &&= this.#kernels.functions.makeHuffmanTable(from, isDc, address) === 1;
      return address;
    });
  }

  /** For each coefficient, its divisor and where it lies in a block of i16; behind the last one comes what is thrown away. */
  quantisers(divisors: Uint16Array): number {
    return this.#once(divisors, () => {
      const all = new Uint32Array(places).fill(2 * zigzag.length);
      for (const [k, place] of zigzag.entries()) all[k] = ((divisors[k] ?? 0) << 16) | (2 * place);
      return this.#kernels.put(all);
    });
  }

  #once(definition: Buffer | Uint16Array, place: () => number): number {
    const address = this.#placed.get(definition) ?? place();
    this.#placed.set(definition, address);
    return address;
  }
}
