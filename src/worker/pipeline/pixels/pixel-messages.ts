/** What the main thread and a pixel thread say to each other. Every large array is transferred, never copied. */

import type { CarriedError } from '../../../shared/threads/carried-error.ts';
import type { DrawOrder, PrepareOrder, SeenImage } from './pixel-work.ts';

export type PixelRequest =
  | { type: 'prepare'; id: number; order: PrepareOrder; tensor: Float32Array }
  | { type: 'draw'; id: number; order: DrawOrder }
  | { type: 'close' };

export type PixelReply =
  | { type: 'prepared'; id: number; image: SeenImage; tensor: Float32Array }
  | { type: 'prepare-failed'; id: number; error: CarriedError; tensor: Float32Array }
  | { type: 'drawn'; id: number; seen: Uint8Array; overlays: Uint8Array[] }
  | { type: 'draw-failed'; id: number; error: CarriedError };

/** The buffers behind arrays that may be given away: each once, and none that holds more than its array. */
export function ownBuffers(...arrays: ArrayBufferView[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { buffer, byteLength } of arrays) {
    if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength && byteLength > 0) buffers.add(buffer);
  }
  return [...buffers];
}

/** A copy whose buffer holds nothing else: pooled buffers and those of native code cannot be given away. */
export function ownCopy(array: Uint8Array): Uint8Array {
  return new Uint8Array(array);
}
