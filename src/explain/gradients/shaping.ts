/** Operators that move, join or cut values without changing them. */

import { at } from '../at.ts';
import { isFloat } from '../onnx/element-type.ts';
import type { ReverseNode } from './reverse-node.ts';
import { broadcasting, type Rule } from './rule.ts';

const same: Rule = (n) => [() => n.g];
const reshaped: Rule = (n) => [() => n.build.reshape(n.g, n.shape())];

const transpose: Rule = (n) => [
  () => {
    const perm = n.ints('perm') ?? n.shape().map((_, i) => n.rank() - 1 - i);
    return n.build.transpose(
      n.g,
      perm.map((_, axis) => perm.indexOf(axis)),
    );
  },
];

const concat: Rule = (n) => {
  const axis = n.axis(n.int('axis', 0));
  let start = 0;
  return n.node.input.map((_, i) => {
    const from = start;
    start += at(n.shape(i), axis);
    const to = start;
    return () => n.build.slice(n.g, [from], [to], [axis]);
  });
};

/** Length of each piece of a Split along its axis, also of pieces that nobody reads and that have no name. */
function pieceLengths(n: ReverseNode, axis: number): number[] {
  const given = n.constant(1);
  if (given !== undefined) return given;
  const size = at(n.shape(), axis);
  const pieces = n.int('num_outputs', n.node.output.length);
  const length = Math.ceil(size / pieces);
  return Array.from({ length: pieces }, (_, i) => Math.min(length, size - i * length));
}

const split: Rule = (n) => [
  () => {
    const axis = n.axis(n.int('axis', 0));
    let end = 0;
    const pieces = pieceLengths(n, axis).flatMap((length, i) => {
      const start = end;
      end += length;
      return n.hasGradient(i) ? [{ tensor: n.gradient(i), start, end }] : [];
    });
    return n.build.place({ shape: n.shape(), axis, pieces });
  },
];

const tile: Rule = (n) => [
  () => {
    const repeats = n.constant(1) ?? [];
    const pairs = n.shape().flatMap((size, axis) => [at(repeats, axis), size]);
    const copies = repeats.flatMap((count, axis) => (count === 1 ? [] : [2 * axis]));
    if (copies.length === 0) return n.g;
    return n.build.reshape(n.build.reduce('ReduceSum', n.build.reshape(n.g, pairs), copies, false), n.shape());
  },
];

/** Both moves are of whole cells, so each undoes the other; only in column-row-depth order must it be spelled out. */
const depthToSpace: Rule = (n) => [
  () => {
    const blocksize = n.int('blocksize', 1);
    if (n.string('mode', 'DCR') === 'DCR') return n.build.op('SpaceToDepth', [n.g], { blocksize });
    const [batch, channels, height, width] = n.shape();
    if (batch === undefined || channels === undefined || height === undefined || width === undefined) {
      throw n.refusal('its input is not an image');
    }
    const depth = channels / blocksize ** 2;
    const split = n.build.reshape(n.g, [batch, depth, height, blocksize, width, blocksize]);
    return n.build.reshape(n.build.transpose(split, [0, 1, 3, 5, 2, 4]), n.shape());
  },
];

const spaceToDepth: Rule = (n) => [
  () => n.build.op('DepthToSpace', [n.g], { blocksize: n.int('blocksize', 1), mode: 'DCR' }),
];

/** Each value counts in all sums behind it, so its gradient is the sum from the other end. */
const cumulativeSum: Rule = (n) => [
  () => n.build.op('CumSum', [n.g, n.x(1)], { exclusive: n.int('exclusive', 0), reverse: 1 - n.int('reverse', 0) }),
];

const triangle: Rule = (n) => [
  () => n.build.op('Trilu', n.x(1) === '' ? [n.g] : [n.g, n.x(1)], { upper: n.int('upper', 1) }),
];

/** Reversing each sequence once more puts every value back. */
const reverseSequence: Rule = (n) => [
  () =>
    n.build.op('ReverseSequence', [n.g, n.x(1)], {
      batch_axis: n.int('batch_axis', 1),
      time_axis: n.int('time_axis', 0),
    }),
];

/**
 * Between floats the value stays; to whole numbers it moves in steps. Whole numbers that were quantised, and products of
 * such, stand for floats.
 */
const cast: Rule = (n) => {
  const toFloats = isFloat(n.graph.type(n.y())?.elementType ?? 0);
  const quantized = ['DynamicQuantizeLinear', 'MatMulInteger'].includes(n.graph.producer(n.x())?.opType ?? '');
  return toFloats && (n.isFloat(0) || quantized) ? [() => n.g] : [];
};

export const shaping: Record<string, Rule> = {
  Cast: cast,
  CastLike: cast,
  Concat: concat,
  CumSum: cumulativeSum,
  DepthToSpace: depthToSpace,
  Dropout: same,
  Expand: broadcasting(same),
  Flatten: reshaped,
  Identity: same,
  Reshape: reshaped,
  ReverseSequence: reverseSequence,
  SpaceToDepth: spaceToDepth,
  Split: split,
  Squeeze: reshaped,
  Tile: tile,
  Transpose: transpose,
  Trilu: triangle,
  Unsqueeze: reshaped,
  'com.microsoft.ExpandDims': reshaped,
  'com.microsoft.Trilu': triangle,
};
