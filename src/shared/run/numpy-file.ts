/**
 * Reading NumPy's `.npy` files, as anybody may have written them. Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html,
 * versions 1 to 3.
 */

import { getFloat16 } from '@petamoriken/float16';

export type NumpyValues =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

export interface NumpyArray {
  shape: number[];
  /** Row-major. Numbers of 64 bits are rounded to what a number of JavaScript holds; true and false are 1 and 0. */
  values: NumpyValues;
}

/** Why a file cannot be read, as the end of a sentence that begins with its name. */
export class NumpyError extends Error {}

const magic = Buffer.from('\x93NUMPY', 'latin1');

interface ElementKind {
  make(length: number): NumpyValues;
  read(view: DataView, offset: number, little: boolean): number;
}

/** By the letter and the width in bytes of a `descr`. */
const kinds: Readonly<Record<string, ElementKind>> = {
  b1: { make: (n) => new Uint8Array(n), read: (view, offset) => Math.min(view.getUint8(offset), 1) },
  u1: { make: (n) => new Uint8Array(n), read: (view, offset) => view.getUint8(offset) },
  i1: { make: (n) => new Int8Array(n), read: (view, offset) => view.getInt8(offset) },
  u2: { make: (n) => new Uint16Array(n), read: (view, offset, little) => view.getUint16(offset, little) },
  i2: { make: (n) => new Int16Array(n), read: (view, offset, little) => view.getInt16(offset, little) },
  u4: { make: (n) => new Uint32Array(n), read: (view, offset, little) => view.getUint32(offset, little) },
  i4: { make: (n) => new Int32Array(n), read: (view, offset, little) => view.getInt32(offset, little) },
  u8: { make: (n) => new Float64Array(n), read: (view, offset, little) => Number(view.getBigUint64(offset, little)) },
  i8: { make: (n) => new Float64Array(n), read: (view, offset, little) => Number(view.getBigInt64(offset, little)) },
  f2: { make: (n) => new Float32Array(n), read: (view, offset, little) => getFloat16(view, offset, little) },
  f4: { make: (n) => new Float32Array(n), read: (view, offset, little) => view.getFloat32(offset, little) },
  f8: { make: (n) => new Float64Array(n), read: (view, offset, little) => view.getFloat64(offset, little) },
};

/** Whether bytes begin as a `.npy` file does. */
export function isNumpyFile(bytes: Uint8Array): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

/** Whether an array is of true and false, which are no bytes of a picture. @throws NumpyError */
export function holdsTruth(bytes: Uint8Array): boolean {
  return readNumpyHeader(bytes).kind === kinds.b1;
}

/** @throws NumpyError for bytes that are no array of numbers, or end early */
export function readNumpyFile(bytes: Uint8Array): NumpyArray {
  const { shape, kind, width, little, isColumnMajor, start } = readNumpyHeader(bytes);
  const length = shape.reduce((product, size) => product * size, 1);
  if (bytes.length < start + length * width) throw new NumpyError('ends before the last of its values');
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, length * width);
  const values = kind.make(length);
  if (values instanceof Uint8Array && !isColumnMajor && kind === kinds.u1) {
    values.set(bytes.subarray(start, start + length));
    return { shape, values };
  }
  if (!isColumnMajor) {
    for (let i = 0; i < length; i++) values[i] = kind.read(view, i * width, little);
    return { shape, values };
  }
  const steps = shape.map((_, axis) => shape.slice(0, axis).reduce((product, size) => product * size, 1));
  const place = shape.map(() => 0);
  for (let i = 0, from = 0; i < length; i++) {
    values[i] = kind.read(view, from * width, little);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const [step = 0, size = 0] = [steps[axis], shape[axis]];
      const next = (place[axis] ?? 0) + 1;
      from += step;
      place[axis] = next;
      if (next < size) break;
      place[axis] = 0;
      from -= step * size;
    }
  }
  return { shape, values };
}

interface NumpyHeader {
  shape: number[];
  kind: ElementKind;
  /** Bytes of a value. */
  width: number;
  little: boolean;
  isColumnMajor: boolean;
  /** Where the values begin. */
  start: number;
}

function readNumpyHeader(bytes: Uint8Array): NumpyHeader {
  if (!isNumpyFile(bytes) || bytes.length < 12) throw new NumpyError('is not a .npy file');
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLong = (bytes[6] ?? 1) > 1;
  const before = isLong ? 12 : 10;
  const start = before + (isLong ? file.readUInt32LE(8) : file.readUInt16LE(8));
  const header = file.toString('latin1', before, start);
  const [, order = '', letter = '', digit = ''] = /'descr':\s*'([<>|=])([a-zA-Z])(\d+)'/.exec(header) ?? [];
  const sizes = /'shape':\s*\(([\d,\s]*)\)/.exec(header)?.[1];
  const kind = kinds[`${letter}${digit}`];
  if (sizes === undefined) throw new NumpyError('has a header that NumPy does not write');
  if (kind === undefined)
    throw new NumpyError(
      "holds no plain array of numbers: save it with numpy.save(file, array) of one of NumPy's number types",
    );
  return {
    shape: sizes.split(',').flatMap((size) => (size.trim() === '' ? [] : [Number(size)])),
    kind,
    width: Number(digit),
    little: order !== '>',
    isColumnMajor: /'fortran_order':\s*True/.test(header),
    start,
  };
}
