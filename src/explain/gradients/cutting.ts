/** Slice and Pad: cells cut off or put around. */

import { at } from '../at.ts';
import { applyTransposed, type LinearMap } from './along-axis.ts';
import type { ReverseNode } from './reverse-node.ts';
import type { Rule } from './rule.ts';

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
    const shape = n.shape();
    const after = shape.map((size, axis) => size - at(before, axis) - at(spreadShape, axis));
    const cut = shape.flatMap((_, axis) => (at(before, axis) === 0 && at(after, axis) === 0 ? [] : [axis]));
    const [axis, ...others] = cut;
    if (axis === undefined || others.length > 0 || after.some((cells) => cells < 0)) {
      return n.build.pad(g, before, after);
    }
    const start = at(before, axis);
    return n.build.place({ shape, axis, pieces: [{ tensor: g, start, end: start + at(spreadShape, axis) }] });
  },
];

/** Pads of each axis. */
function padAmounts(n: ReverseNode): { before: number[]; after: number[] } {
  const pads = n.constant(1) ?? n.ints('pads') ?? [];
  const half = pads.length / 2;
  const axes = (n.constant(3) ?? Array.from({ length: half }, (_, i) => i)).map((axis) => n.axis(axis));
  const amounts = (from: number) =>
    n.shape().map((_, axis) => (axes.includes(axis) ? at(pads, from + axes.indexOf(axis)) : 0));
  return { before: amounts(0), after: amounts(half) };
}

/** Which cell of an axis a repeating pad copies to `place`, which may lie before or behind it. */
function copiedCell(mode: string, place: number, size: number): number {
  if (mode === 'edge') return Math.min(Math.max(place, 0), size - 1);
  if (mode === 'wrap') return ((place % size) + size) % size;
  const period = Math.max(2 * (size - 1), 1);
  const folded = ((place % period) + period) % period;
  return folded < size ? folded : period - folded;
}

const pad: Rule = (n) => [
  () => {
    const mode = n.string('mode', 'constant');
    const { before, after } = padAmounts(n);
    const minus = (amounts: number[]) => amounts.map((amount) => -amount);
    if (mode === 'constant') return n.build.pad(n.g, minus(before), minus(after));
    let gradient = n.g;
    const shape = n.outputShape();
    n.shape().forEach((size, axis) => {
      const first = at(before, axis);
      if (first === 0 && at(after, axis) === 0) return;
      const map: LinearMap = Array.from({ length: at(shape, axis) }, (_, cell) => [
        { cell: copiedCell(mode, cell - first, size), weight: 1 },
      ]);
      gradient = applyTransposed(n, gradient, shape, axis, map, size);
      shape[axis] = size;
    });
    return gradient;
  },
];

export const cutting: Record<string, Rule> = { Pad: pad, Slice: slice };
