/** The one place where a gradient of a broadcast result is summed back to the shape of an input. */

import type { Builder } from '../onnx/builder.ts';

/** Sums `gradient` of shape `from` over the axes along which an input of shape `to` was repeated (NumPy broadcasting). */
export function unbroadcast(build: Builder, gradient: string, from: number[], to: number[]): string {
  const missing = from.length - to.length;
  const axes = from.flatMap((size, axis) => (axis < missing || (to[axis - missing] === 1 && size !== 1) ? [axis] : []));
  if (axes.length === 0) return gradient;
  const summed = build.reduce('ReduceSum', gradient, axes, true);
  return missing === 0 ? summed : build.reshape(summed, to);
}
