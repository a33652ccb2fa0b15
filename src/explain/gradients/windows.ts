/** Geometry that convolutions and pools share, and the moves between their input and output grids. */

import { at } from '../at.ts';
import type { ReverseNode } from './reverse-node.ts';

/** One window per spatial axis; every array has one entry an axis. */
export interface Windows {
  input: number[];
  output: number[];
  kernel: number[];
  stride: number[];
  dilation: number[];
  /** Padding before and after. `after` is what the forward pass was given, which a floor or ceil may exceed or not fill. */
  before: number[];
  after: number[];
}

/** Reads kernel, strides, dilations and pads; `auto_pad` is resolved from the shapes (ONNX operator reference, Conv). */
export function windowsOf(n: ReverseNode, kernel: number[]): Windows {
  const input = n.shape().slice(2);
  const output = n.outputShape().slice(2);
  const ones = kernel.map(() => 1);
  const stride = n.ints('strides') ?? ones;
  const dilation = n.ints('dilations') ?? ones;
  const autoPad = n.string('auto_pad', 'NOTSET');
  const pads = n.ints('pads') ?? kernel.flatMap(() => [0, 0]);
  let before = pads.slice(0, kernel.length);
  let after = pads.slice(kernel.length);
  if (autoPad !== 'NOTSET') {
    const total = kernel.map((k, i) => {
      const reach = at(dilation, i) * (k - 1) + 1;
      const needed = (at(output, i) - 1) * at(stride, i) + reach - at(input, i);
      return autoPad === 'VALID' ? 0 : Math.max(0, needed);
    });
    const small = total.map((t) => Math.floor(t / 2));
    const large = total.map((t, i) => t - at(small, i));
    [before, after] = autoPad === 'SAME_LOWER' ? [large, small] : [small, large];
  }
  return { input, output, kernel, stride, dilation, before, after };
}

/** Distance from the first to the last input cell of a window. */
export function reach(w: Windows, axis: number): number {
  return at(w.dilation, axis) * (at(w.kernel, axis) - 1);
}

/**
 * Spreads `tensor`, `[N, C, ...grid]`, so that neighbours lie `stride` cells apart with zeros between and behind:
 * `[N, C, ...grid * stride]`. Repeating the cells and masking the copies took a third of the time of padding between
 * them (docs/decisions/0005-convolution-gradients.md).
 *
 *     grid [3], stride [2]:   a b c  ->  Resize  ->  a a b b c c  ->  times 1 0 1 0 1 0  ->  a 0 b 0 c 0
 */
export function spread(n: ReverseNode, tensor: string, grid: number[], stride: number[]): string {
  if (stride.every((s) => s === 1)) return tensor;
  const scales = n.build.floats([1, 1, ...stride]);
  const repeated = n.build.op('Resize', [tensor, '', scales], {
    mode: 'nearest',
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  });
  const shape = grid.map((size, axis) => size * at(stride, axis));
  const originals = shape.reduce<number[]>(
    (mask, size, axis) =>
      mask.flatMap((m) => Array.from({ length: size }, (_, i) => (i % at(stride, axis) === 0 ? m : 0))),
    [1],
  );
  return n.mul(repeated, n.build.floats(originals, shape));
}

/** Pads or crops the spatial axes of a `[N, C, ...]` tensor with zeros. */
export function padSpatial(n: ReverseNode, tensor: string, before: number[], after: number[]): string {
  return n.build.pad(tensor, [0, 0, ...before], [0, 0, ...after]);
}
