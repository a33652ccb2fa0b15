/** Maps as NumPy files. Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html, version 1.0. */

import { endianness } from 'node:os';

/** Magic `\x93NUMPY`, version 1.0, header length. */
const preamble = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0];
/** The data starts at a multiple of this. */
const alignment = 64;

/**
 * A float32 array in row-major order as the bytes of a `.npy` file, little-endian, exactly as `numpy.save` writes it.
 * @param values as many as the product of `shape`
 */
export function encodeNpy(values: Float32Array, shape: readonly number[]): Buffer {
  if (endianness() === 'LE')
    return npyFile('<f4', 4, new Uint8Array(values.buffer, values.byteOffset, values.byteLength), shape);
  const bytes = Buffer.alloc(values.byteLength);
  for (const [index, value] of values.entries()) bytes.writeFloatLE(value, index * 4);
  return npyFile('<f4', 4, bytes, shape);
}

/** As `encodeNpy`, of little-endian float16 values. */
export function encodeHalfNpy(halves: Uint8Array, shape: readonly number[]): Buffer {
  return npyFile('<f2', 2, halves, shape);
}

function npyFile(type: '<f2' | '<f4', bytesEach: number, bytes: Uint8Array, shape: readonly number[]): Buffer {
  const count = shape.reduce((product, size) => product * size, 1);
  if (bytes.length !== count * bytesEach) {
    throw new RangeError(`${bytes.length / bytesEach} values do not fill the shape [${shape.join(', ')}].`);
  }
  return Buffer.concat([npyHeader(type, shape), bytes]);
}

/**
 * What stands before the values of an array in row-major order.
 * @param shortest pad it to so many bytes, a multiple of 64
 */
export function npyHeader(type: '<f2' | '<f4', shape: readonly number[], shortest = 0): Buffer {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const description = `{'descr': '${type}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const lengthField = 2;
  const unpadded = preamble.length + lengthField + description.length + 1;
  const start = Math.max(shortest, Math.ceil(unpadded / alignment) * alignment);

  const header = Buffer.alloc(start);
  header.set(preamble);
  header.writeUInt16LE(start - preamble.length - lengthField, preamble.length);
  header.write(
    `${description.padEnd(description.length + start - unpadded)}\n`,
    preamble.length + lengthField,
    'latin1',
  );
  return header;
}
