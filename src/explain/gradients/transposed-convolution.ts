/** ConvTranspose: the gradient of a convolution, whose own gradient is that convolution. */

import { at } from '../at.ts';
import type { Rule } from './rule.ts';
import { padSpatial, reach, windowsOf } from './windows.ts';

const convTranspose: Rule = (n) => [
  () => {
    const kernel = n.shape(1).slice(2);
    const w = windowsOf(n, kernel);
    const output = n.outputShape().slice(2);
    // Where the output's size decides the padding, the odd cell is cut before, or after with SAME_UPPER.
    const total = kernel.map((_, i) => {
      const whole = at(w.stride, i) * (at(w.input, i) - 1) + (n.ints('output_padding')?.[i] ?? 0) + reach(w, i) + 1;
      return Math.max(0, whole - at(output, i));
    });
    const autoPad = n.string('auto_pad', 'NOTSET');
    const decided = n.ints('output_shape') !== undefined || autoPad.startsWith('SAME');
    const split = total.map((t) => (autoPad === 'SAME_UPPER' ? Math.floor(t / 2) : Math.ceil(t / 2)));
    const before = decided ? split : (n.ints('pads')?.slice(0, kernel.length) ?? kernel.map(() => 0));
    const after = kernel.map((_, i) => {
      const read = at(w.stride, i) * (at(w.input, i) - 1) + reach(w, i) + 1;
      return read - at(output, i) - at(before, i);
    });
    const none = kernel.map(() => 0);
    const cropped = padSpatial(
      n,
      n.g,
      none,
      after.map((a) => Math.min(a, 0)),
    );
    return n.build.op('Conv', [cropped, n.x(1)], {
      kernel_shape: kernel,
      strides: w.stride,
      dilations: w.dilation,
      group: n.int('group', 1),
      pads: [...before, ...after.map((a) => Math.max(a, 0))],
    });
  },
  () => {
    throw n.refusal('its weights depend on the hooked layer');
  },
  () => {
    throw n.refusal('its bias depends on the hooked layer');
  },
];

export const transposedConvolution: Record<string, Rule> = { ConvTranspose: convTranspose };
