/** Columns of numbers in a file of text: typed arrays as base64, little-endian. Runs in Node.js and in the browser. */

const integerTypes = { i8: Int8Array, i16: Int16Array, i32: Int32Array };

type IntegerType = keyof typeof integerTypes;

export interface PackedIntegers {
  type: IntegerType;
  data: string;
}

/** Base64 of float32 values. */
export type PackedFloats = string;
/** Base64 of float16 values. */
export type PackedHalves = string;

/** In the smallest type that holds them all. @param values integers of at most 32 bits with a sign */
export function packIntegers(values: readonly number[]): PackedIntegers {
  let most = 0;
  for (const value of values) most = Math.max(most, value, -1 - value);
  const type: IntegerType = most < 2 ** 7 ? 'i8' : most < 2 ** 15 ? 'i16' : 'i32';
  return { type, data: toBase64(new Uint8Array(integerTypes[type].from(values).buffer)) };
}

export function unpackIntegers({ type, data }: PackedIntegers): Int32Array {
  return Int32Array.from(new integerTypes[type](fromBase64(data).buffer));
}

export function packFloats(values: readonly number[]): PackedFloats {
  return toBase64(new Uint8Array(Float32Array.from(values).buffer));
}

export function unpackFloats(data: PackedFloats): Float32Array {
  return new Float32Array(fromBase64(data).buffer);
}

/** @param bytes little-endian float16 values */
export function packHalves(bytes: Uint8Array): PackedHalves {
  return toBase64(bytes);
}

export function unpackHalves(data: PackedHalves): Float32Array {
  return Float32Array.from(new Uint16Array(fromBase64(data).buffer), halfToNumber);
}

/** IEEE 754 binary16: 1 sign bit, 5 exponent bits, 10 bits of fraction. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function toBase64(bytes: Uint8Array): string {
  // In pieces: a call takes only so many arguments.
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

function fromBase64(data: string): Uint8Array<ArrayBuffer> {
  const text = atob(data);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes;
}
