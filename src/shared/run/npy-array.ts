/** Reading NumPy arrays of little-endian float16 and float32, as Gradline writes them. */

import { getFloat16 } from '@petamoriken/float16';
import { UserError } from '../../explain/user-error.ts';

export interface NpyArray {
  shape: number[];
  /** Row-major. */
  values: Float32Array;
}

/** The number of every float16, by its bits: a report reads millions, and computing each would take most of its time. */
let halfValues: Float32Array | null = null;

function valuesOfHalves(): Float32Array {
  const bits = new DataView(new ArrayBuffer(2));
  return Float32Array.from({ length: 1 << 16 }, (_, half) => {
    bits.setUint16(0, half);
    return getFloat16(bits, 0);
  });
}

const magic = Buffer.from('\x93NUMPY', 'latin1');

/**
 * @param name of the array, for messages
 * @param rows only these rows (along the first axis), in this order; default all
 * @throws UserError `damaged-output` when the bytes are not such an array or end early
 */
export function decodeNpy(bytes: Uint8Array, name: string, rows?: readonly number[]): NpyArray {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.length < 10 || !file.subarray(0, magic.length).equals(magic)) throw damaged(name);
  const start = 10 + file.readUInt16LE(8);
  const [, type, sizes] =
    /'descr': '<f([24])'.*'fortran_order': False.*'shape': \(([\d, ]*)\)/.exec(file.toString('latin1', 10, start)) ??
    [];
  if (type === undefined || sizes === undefined) throw damaged(name);
  const shape = sizes.split(',').flatMap((size) => (size.trim() === '' ? [] : [Number(size)]));
  const [count = 1, ...rowShape] = shape;
  const length = rowShape.reduce((product, size) => product * size, 1);
  const bytesEach = Number(type);
  if (file.length < start + count * length * bytesEach) throw damaged(name);
  const chosen = rows ?? Array.from({ length: count }, (_, row) => row);
  const view = new DataView(file.buffer, file.byteOffset + start);
  const values = new Float32Array(chosen.length * length);
  halfValues ??= valuesOfHalves();
  const halves = halfValues;
  let at = 0;
  for (const row of chosen) {
    if (row < 0 || row >= count) throw damaged(name);
    const from = row * length * bytesEach;
    for (let column = 0; column < length; column += 1, at += 1) {
      values[at] =
        bytesEach === 2
          ? (halves[view.getUint16(from + column * 2, true)] ?? Number.NaN)
          : view.getFloat32(from + column * 4, true);
    }
  }
  return { shape: [chosen.length, ...rowShape], values };
}

function damaged(name: string): UserError {
  return new UserError(
    'damaged-output',
    `${name} is not an array that Gradline wrote. Restore the file, or delete its scores part and go on with --resume.`,
  );
}
