/** Pictures as the model sees them, changed pixel by pixel: which values belong to a pixel depends on the model's layout. */

import type { ModelInput } from '../explanation.ts';

/** Number of values of one picture. */
export function pictureLength({ channels, height, width }: ModelInput): number {
  return channels * height * width;
}

/** Where a channel's values lie: pixel `p` has its value at `first + p * step`. */
export interface Plane {
  first: number;
  step: number;
}

export function planesOf({ layout, channels, height, width }: ModelInput): Plane[] {
  return Array.from({ length: channels }, (_, c) =>
    layout === 'NCHW' ? { first: c * height * width, step: 1 } : { first: c, step: channels },
  );
}

/** One value a pixel of a channel, `[height * width]`. */
export function readPlane(picture: Float32Array, { first, step }: Plane, pixels: number): Float32Array {
  return Float32Array.from({ length: pixels }, (_, pixel) => picture[first + pixel * step] ?? 0);
}

export function writePlane(picture: Float32Array, { first, step }: Plane, values: ArrayLike<number>): void {
  for (let pixel = 0; pixel < values.length; pixel++) picture[first + pixel * step] = values[pixel] ?? 0;
}

/** Copies some pixels, all their channels, from one picture to another. */
export function copyPixels(from: Float32Array, to: Float32Array, planes: readonly Plane[], pixels: Uint32Array): void {
  for (const { first, step } of planes) {
    for (const pixel of pixels) to[first + pixel * step] = from[first + pixel * step] ?? 0;
  }
}
