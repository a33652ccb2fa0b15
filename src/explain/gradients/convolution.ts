/** Convolutions. Only the gradient of the image is formed: weights are constants of an exported model. */

import { at } from '../at.ts';
import type { ReverseNode } from './reverse-node.ts';
import type { Rule } from './rule.ts';
import { padSpatial, reach, spread, type Windows, windowsOf } from './windows.ts';

/**
 * The gradient of a convolution's input is a convolution of the output's gradient with the kernel mirrored and its
 * channels exchanged, over a grid with `stride - 1` zeros between cells (Dumoulin and Visin 2016, section 4). Three ways
 * to run it; which is fastest was measured (docs/decisions/0005-convolution-gradients.md).
 */
const conv: Rule = (n) => [
  () => {
    const [outChannels, groupChannels, ...kernel] = n.shape(1);
    if (outChannels === undefined || groupChannels === undefined) throw n.refusal('its weights have no channels');
    const w = windowsOf(n, kernel);
    const group = n.int('group', 1);
    const strided = w.stride.some((s) => s > 1);
    const pointwise = kernel.every((k) => k === 1);
    const unpadded = [...w.before, ...w.after].every((p) => p === 0);
    if (strided && pointwise && unpadded) return pointwiseStrided(n, w, group);
    return strided && group === 1 ? transposed(n, w, group) : mirrored(n, w, group);
  },
  () => {
    throw n.refusal('its weights depend on the hooked layer');
  },
  () => {
    throw n.refusal('its bias depends on the hooked layer');
  },
];

/** Cells of the input behind the last window's end, which no window reads. */
function unread(w: Windows, axis: number): number {
  const read = (at(w.output, axis) - 1) * at(w.stride, axis) + reach(w, axis) + 1;
  return at(w.input, axis) + at(w.before, axis) + at(w.after, axis) - read;
}

/** A convolution of the spread gradient with the mirrored kernel. */
export function mirrored(n: ReverseNode, w: Windows, group: number): string {
  const spreadGradient = spread(n, n.g, w.output, w.stride);
  // Spreading leaves stride - 1 zeros behind the last cell; the pads absorb them.
  const before = w.kernel.map((_, i) => reach(w, i) - at(w.before, i));
  const after = w.kernel.map((_, i) => reach(w, i) - at(w.after, i) + unread(w, i) - (at(w.stride, i) - 1));
  const crop = (pads: number[]) => pads.map((p) => Math.min(p, 0));
  const input = padSpatial(n, spreadGradient, crop(before), crop(after));
  const pads = [...before, ...after].map((p) => Math.max(p, 0));
  return n.build.op('Conv', [input, mirroredKernel(n, w.kernel, group)], {
    kernel_shape: w.kernel,
    dilations: w.dilation,
    group,
    pads,
  });
}

/** `[M, C / g, ...]` to `[C, M / g, ...]` with every spatial axis reversed; folded to a constant when the session opens. */
function mirroredKernel(n: ReverseNode, kernel: number[], group: number): string {
  const [m, c] = [at(n.shape(1), 0), at(n.shape(1), 1)];
  const spatial = kernel.map((_, i) => i);
  let weights = n.x(1);
  if (m !== group || c !== 1) {
    const split = n.build.reshape(weights, [group, m / group, c, ...kernel]);
    const exchanged = n.build.transpose(split, [0, 2, 1, ...spatial.map((i) => i + 3)]);
    weights = n.build.reshape(exchanged, [group * c, m / group, ...kernel]);
  }
  const axes = spatial.filter((i) => at(kernel, i) > 1).map((i) => i + 2);
  if (axes.length === 0) return weights;
  const backwards = axes.map(() => -1);
  return n.build.slice(
    weights,
    backwards,
    axes.map(() => Number.MIN_SAFE_INTEGER),
    axes,
    backwards,
  );
}

/** ConvTranspose: one matrix product and a scatter, without multiplying the zeros between strided cells. */
export function transposed(n: ReverseNode, w: Windows, group: number): string {
  const output_padding = w.kernel.map((_, i) => unread(w, i));
  return n.build.op('ConvTranspose', [n.g, n.x(1)], {
    kernel_shape: w.kernel,
    strides: w.stride,
    dilations: w.dilation,
    group,
    pads: [...w.before, ...w.after],
    output_padding,
  });
}

/** A strided 1x1 convolution reads one cell in `stride`: convolve on the small grid, then spread. */
export function pointwiseStrided(n: ReverseNode, w: Windows, group: number): string {
  const small = n.build.op('Conv', [n.g, mirroredKernel(n, w.kernel, group)], { kernel_shape: w.kernel, group });
  const large = spread(n, small, w.output, w.stride);
  const after = w.kernel.map((_, i) => at(w.input, i) - at(w.output, i) * at(w.stride, i));
  return padSpatial(
    n,
    large,
    after.map(() => 0),
    after,
  );
}

export const convolution: Record<string, Rule> = { Conv: conv };
