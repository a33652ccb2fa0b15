/** Col2Im: windows laid over each other and added up, as torch.nn.functional.fold does. */

import { at } from '../at.ts';
import type { Rule } from './rule.ts';

/** Each value was added to one cell: its gradient is read there, as unfolding does. */
const columnsToImage: Rule = (n) => [
  () => {
    const image = n.constant(1) ?? [];
    const block = n.constant(2) ?? [];
    const ones = block.map(() => 1);
    const stride = n.ints('strides') ?? ones;
    const dilation = n.ints('dilations') ?? ones;
    const pads = n.ints('pads') ?? block.flatMap(() => [0, 0]);
    const before = pads.slice(0, block.length);
    const padded = image.map((size, i) => size + at(before, i) + at(pads, i + block.length));
    const windows = padded.map((size, i) => {
      const room = size - at(dilation, i) * (at(block, i) - 1) - 1;
      return Math.floor(room / at(stride, i)) + 1;
    });
    // Places of a window's cells, then of the windows, in row-major order of the padded image.
    const cells = places(padded, block, dilation);
    const starts = places(padded, windows, stride);
    const [batch, channels] = [at(n.outputShape(), 0), at(n.outputShape(), 1)];
    const grown = n.build.pad(n.g, [0, 0, ...before], [0, 0, ...pads.slice(block.length)]);
    const flat = n.build.reshape(grown, [batch, channels, -1]);
    const read = cells.flatMap((cell) => starts.map((start) => start + cell));
    const columns = n.build.op('Gather', [flat, n.build.ints(read)], { axis: 2 });
    return n.build.reshape(columns, n.shape());
  },
];

/** Row-major places in an image of `size` of `count` points an axis that lie `step` apart. */
function places(size: number[], count: number[], step: number[]): number[] {
  return size.reduce<number[]>(
    (found, length, axis) =>
      found.flatMap((place) => Array.from({ length: at(count, axis) }, (_, i) => place * length + i * at(step, axis))),
    [0],
  );
}

export const folding: Record<string, Rule> = { Col2Im: columnsToImage };
