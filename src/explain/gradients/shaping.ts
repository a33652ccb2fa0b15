/** Operators that move, join or cut values without changing them. */

import { at } from './at.ts';
import { broadcasting } from './broadcasting.ts';
import type { ReverseNode, Rule } from './reverse-node.ts';

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

const split: Rule = (n) => [
  () =>
    n.build.op(
      'Concat',
      n.node.output.map((_, i) => n.gradient(i)),
      { axis: n.int('axis', 0) },
    ),
];

/** First, last and step of each axis of a Slice, in cells of the input; the last is exclusive. */
function sliceRanges(n: ReverseNode): { start: number; step: number }[] {
  const starts = n.constant(1) ?? [];
  const axes = n.constant(3) ?? starts.map((_, i) => i);
  const steps = n.constant(4) ?? starts.map(() => 1);
  const ranges = n.shape().map(() => ({ start: 0, step: 1 }));
  axes.forEach((given, i) => {
    const axis = n.axis(given);
    const size = at(n.shape(), axis);
    const step = at(steps, i);
    const start = at(starts, i) < 0 ? at(starts, i) + size : at(starts, i);
    ranges[axis] = { start: Math.min(Math.max(start, 0), step < 0 ? size - 1 : size), step };
  });
  return ranges;
}

/** The slice's cells go back to where they came from, with zeros around and, for steps, between. */
const slice: Rule = (n) => [
  () => {
    const ranges = sliceRanges(n);
    const output = n.outputShape();
    let g = n.g;
    const backwards = ranges.flatMap((r, axis) => (r.step < 0 ? [axis] : []));
    if (backwards.length > 0) {
      const minus = backwards.map(() => -1);
      g = n.build.slice(
        g,
        minus,
        minus.map(() => Number.MIN_SAFE_INTEGER),
        backwards,
        minus,
      );
    }
    const step = ranges.map((r) => Math.abs(r.step));
    const spreadShape = output.map((size, axis) => size * at(step, axis));
    if (step.some((s) => s > 1)) {
      const pairs = output.flatMap((size) => [size, 1]);
      const after = step.flatMap((s) => [0, s - 1]);
      g = n.build.reshape(
        n.build.pad(
          n.build.reshape(g, pairs),
          pairs.map(() => 0),
          after,
        ),
        spreadShape,
      );
    }
    const before = ranges.map(({ start, step: s }, axis) => (s < 0 ? start + s * (at(output, axis) - 1) : start));
    const after = n.shape().map((size, axis) => size - at(before, axis) - at(spreadShape, axis));
    return n.build.pad(g, before, after);
  },
];

/** Only rows of constant positions: each row's gradient is added where it was read. */
const gather: Rule = (n) => [
  () => {
    const axis = n.axis(n.int('axis', 0));
    const size = at(n.shape(), axis);
    const indices = n.graph.constant(n.x(1));
    if (indices?.length !== 1) throw n.refusal('it reads several positions');
    const position = at(indices, 0) < 0 ? at(indices, 0) + size : at(indices, 0);
    const row = n.build.reshape(
      n.g,
      n.shape().map((s, i) => (i === axis ? 1 : s)),
    );
    const before = n.shape().map((_, i) => (i === axis ? position : 0));
    const after = n.shape().map((_, i) => (i === axis ? size - 1 - position : 0));
    return n.build.pad(row, before, after);
  },
];

const pad: Rule = (n) => [
  () => {
    if (n.string('mode', 'constant') !== 'constant') throw n.refusal('it pads by repeating cells');
    const pads = n.constant(1) ?? n.ints('pads') ?? [];
    const half = pads.length / 2;
    const axes = (n.constant(3) ?? Array.from({ length: half }, (_, i) => i)).map((axis) => n.axis(axis));
    const amounts = (from: number) =>
      n.shape().map((_, axis) => (axes.includes(axis) ? -at(pads, from + axes.indexOf(axis)) : 0));
    return n.build.pad(n.g, amounts(0), amounts(half));
  },
];

export const shaping: Record<string, Rule> = {
  Cast: same,
  Concat: concat,
  Dropout: same,
  Expand: broadcasting(same),
  Flatten: reshaped,
  Gather: gather,
  Identity: same,
  Pad: pad,
  Reshape: reshaped,
  Slice: slice,
  Split: split,
  Squeeze: reshaped,
  Transpose: transpose,
  Unsqueeze: reshaped,
};
