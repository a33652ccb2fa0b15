/** The arrays that go into a session run and come out of it. */

import type { InferenceSession } from 'onnxruntime-node';

type Results = InferenceSession.OnnxValueMapType;

/** The part of a float32 output `[N, ...]` that belongs to the first `count` images. */
export function floats(results: Results, name: string, count: number, batchSize: number): Float32Array {
  const data = results[name]?.data;
  if (!(data instanceof Float32Array)) throw new TypeError(`The session returned no float32 tensor '${name}'.`);
  return count === batchSize ? data : data.subarray(0, (data.length / batchSize) * count);
}

/** The first `count` values of an int64 output `[N]`. */
export function integers(results: Results, name: string, count: number): Int32Array {
  const data = results[name]?.data;
  if (!(data instanceof BigInt64Array)) throw new TypeError(`The session returned no int64 tensor '${name}'.`);
  return Int32Array.from({ length: count }, (_, i) => Number(data[i]));
}

/** Of a float32 output `[slots, N, ...]`, what `floats` gives of one slot; zeros behind the last. */
export function slotFloats(
  results: Results,
  name: string,
  slot: number,
  count: number,
  batchSize: number,
): Float32Array {
  const tensor = results[name];
  const data = tensor?.data;
  if (!(data instanceof Float32Array)) throw new TypeError(`The session returned no float32 tensor '${name}'.`);
  const [slots = 0, ...shape] = tensor?.dims ?? [];
  const length = shape.reduce((a, b) => a * b, 1);
  if (slot >= slots) return new Float32Array((length / batchSize) * count);
  return data.subarray(slot * length, slot * length + (length / batchSize) * count);
}

/** As `integers`, of one slot of `[slots, N]`. */
export function slotIntegers(
  results: Results,
  name: string,
  slot: number,
  count: number,
  batchSize: number,
): Int32Array {
  return integers(results, name, (slot + 1) * batchSize).subarray(slot * batchSize, slot * batchSize + count);
}

/** A batch of the compiled size: padded with zeros where it is short. @param whole values of a full batch */
export function padded(batch: Float32Array, whole: number): Float32Array;
export function padded(batch: Uint8Array, whole: number): Uint8Array;
export function padded(batch: Float32Array | Uint8Array, whole: number): Float32Array | Uint8Array {
  if (batch.length === whole) return batch;
  const filled = batch instanceof Uint8Array ? new Uint8Array(whole) : new Float32Array(whole);
  filled.set(batch);
  return filled;
}
