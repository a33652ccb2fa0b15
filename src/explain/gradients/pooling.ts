/** Pools, local and global. */

import { at } from '../at.ts';
import type { ReverseNode } from './reverse-node.ts';
import type { Rule } from './rule.ts';
import { padSpatial, reach, spread, type Windows, windowsOf } from './windows.ts';

const product = (values: readonly number[]) => values.reduce((a, b) => a * b, 1);

/** Number of cells that each window of one axis averages over. */
function windowCounts(w: Windows, axis: number, includePads: boolean): number[] {
  const low = includePads ? -at(w.before, axis) : 0;
  const high = at(w.input, axis) + (includePads ? at(w.after, axis) : 0);
  return Array.from({ length: at(w.output, axis) }, (_, o) => {
    const start = o * at(w.stride, axis) - at(w.before, axis);
    let count = 0;
    for (let k = 0; k < at(w.kernel, axis); k++) {
      const cell = start + k * at(w.dilation, axis);
      if (cell >= low && cell < high) count++;
    }
    return count;
  });
}

/** `g` divided by how many cells each window averaged. */
function perCell(n: ReverseNode, w: Windows): string {
  const includePads = n.int('count_include_pad', 0) === 1;
  const counts = w.kernel.map((_, axis) => windowCounts(w, axis, includePads));
  const axes = counts.length;
  if (counts.every((axis) => axis.every((c) => c === axis[0]))) {
    return n.scale(n.g, 1 / product(counts.map((axis) => at(axis, 0))));
  }
  return counts.reduce((g, axis, i) => {
    const shape = Array.from({ length: axes }, (_, j) => (i === j ? axis.length : 1));
    return n.mul(
      g,
      n.build.floats(
        axis.map((c) => 1 / c),
        shape,
      ),
    );
  }, n.g);
}

/** Each input cell sums the windows that cover it: a pool of stride 1 over the spread gradient. */
export function sumOfWindows(n: ReverseNode, w: Windows, gradient: string): string {
  const leading = n.shape().slice(0, 2);
  const disjoint = w.kernel.every((k, i) => k === at(w.stride, i) && at(w.dilation, i) === 1);
  if (disjoint && [...w.before, ...w.after].every((p) => p === 0)) {
    const split = n.build.reshape(gradient, [...leading, ...w.output.flatMap((size) => [size, 1])]);
    const repeated = [...leading, ...w.output.flatMap((size, i) => [size, at(w.kernel, i)])];
    const filled = w.output.map((size, i) => size * at(w.kernel, i));
    const grown = n.build.reshape(n.build.op('Expand', [split, n.build.ints(repeated)]), [...leading, ...filled]);
    return padSpatial(
      n,
      grown,
      filled.map(() => 0),
      filled.map((size, i) => at(w.input, i) - size),
    );
  }
  const spreadGradient = spread(n, gradient, w.output, w.stride);
  const before = w.kernel.map((_, i) => reach(w, i) - at(w.before, i));
  const after = w.kernel.map((_, i) => {
    const length = at(w.output, i) * at(w.stride, i);
    return at(w.input, i) + reach(w, i) - at(before, i) - length;
  });
  const padded = padSpatial(n, spreadGradient, before, after);
  if (w.dilation.some((d) => d > 1)) {
    const channels = at(leading, 1);
    const ones = n.build.op('Expand', [n.build.scalar(1), n.build.ints([channels, 1, ...w.kernel])]);
    return n.build.op('Conv', [padded, ones], { group: channels, dilations: w.dilation, kernel_shape: w.kernel });
  }
  const mean = n.build.op('AveragePool', [padded], { kernel_shape: w.kernel, count_include_pad: 1 });
  return n.scale(mean, product(w.kernel));
}

const averagePool: Rule = (n) => [
  () => {
    const w = windowsOf(n, n.ints('kernel_shape') ?? []);
    return sumOfWindows(n, w, perCell(n, w));
  },
];

/** The gradient goes to the first maximum of each window, as in PyTorch; overlapping windows add up. */
const maxPool: Rule = (n) => [
  () => {
    if (n.int('storage_order', 0) !== 0) throw n.refusal('its indices are in column-major order');
    const flat = (tensor: string) => n.build.reshape(tensor, [-1]);
    const zeros = n.zeros([product(n.shape())]);
    const positions = flat(n.made(1));
    const scattered = n.build.op('ScatterElements', [zeros, positions, flat(n.g)], { axis: 0, reduction: 'add' });
    return n.build.reshape(scattered, n.shape());
  },
];

const globalAveragePool: Rule = (n) => [
  () => n.build.repeat(n.scale(n.g, 1 / product(n.shape().slice(2))), n.outputShape(), n.shape()),
];

/** As an adaptive max pool to one cell: the first maximum takes all. */
const globalMaxPool: Rule = (n) => [
  () => {
    const leading = n.shape().slice(0, 2);
    const cells = product(n.shape().slice(2));
    const first = n.build.op('ArgMax', [n.build.reshape(n.x(), [...leading, cells])], { axis: 2, keepdims: 1 });
    const range = n.build.ints(Array.from({ length: cells }, (_, i) => i));
    const mask = n.mask(n.build.op('Equal', [range, first]));
    return n.build.reshape(n.mul(mask, n.build.reshape(n.g, [...leading, 1])), n.shape());
  },
];

export const pooling: Record<string, Rule> = {
  AveragePool: averagePool,
  GlobalAveragePool: globalAveragePool,
  GlobalMaxPool: globalMaxPool,
  MaxPool: maxPool,
};
