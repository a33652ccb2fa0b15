/** Operators that read from or write to places given by indices. */

import { at } from '../at.ts';
import type { ReverseNode } from './reverse-node.ts';
import type { Rule } from './rule.ts';

const zerosLike = (n: ReverseNode, input = 0) => n.zeros(n.shape(input));

/** The positions of a constant that index an axis of `size`, counted from the front; undefined when not known. */
function positions(n: ReverseNode, input: number, size: number): number[] | undefined {
  return n.graph.constant(n.x(input))?.map((i) => (i < 0 ? i + size : i));
}

const isRange = (values: number[]) => values.every((v, i) => v === at(values, 0) + i);

/** Each cell's gradient is added where it was read; neighbours in order are a piece of the whole. */
const gather: Rule = (n) => [
  () => {
    const axis = n.axis(n.int('axis', 0));
    const shape = n.shape();
    const size = at(shape, axis);
    const known = positions(n, 1, size);
    const count = n.shape(1).reduce((a, b) => a * b, 1);
    const rowShape = shape.map((s, i) => (i === axis ? count : s));
    const rows = n.build.reshape(n.g, rowShape);
    if (known !== undefined && known.length > 0 && isRange(known)) {
      const start = at(known, 0);
      return n.build.place({ shape, axis, pieces: [{ tensor: rows, start, end: start + count }] });
    }
    const inverse = known && inversePermutation(known, size);
    if (inverse !== undefined) return n.build.op('Gather', [rows, n.build.ints(inverse)], { axis });
    const column = n.build.reshape(
      n.x(1),
      shape.map((_, i) => (i === axis ? count : 1)),
    );
    const indices = n.build.op('Expand', [column, n.build.ints(rowShape)]);
    return n.build.op('ScatterElements', [zerosLike(n), indices, rows], { axis, reduction: 'add' });
  },
];

function inversePermutation(values: number[], size: number): number[] | undefined {
  if (values.length !== size || new Set(values).size !== size) return undefined;
  const inverse = new Array<number>(size);
  values.forEach((from, to) => {
    inverse[from] = to;
  });
  return inverse;
}

const gatherElements: Rule = (n) => [
  () => n.build.op('ScatterElements', [zerosLike(n), n.x(1), n.g], { axis: n.int('axis', 0), reduction: 'add' }),
];

const gatherND: Rule = (n) => [
  () => n.build.op('ScatterND', [zerosLike(n), withBatchPositions(n), n.g], { reduction: 'add' }),
];

/** Indices of a GatherND with the positions along its batch axes spelled out before them, as ScatterND needs them. */
function withBatchPositions(n: ReverseNode): string {
  const batchAxes = n.int('batch_dims', 0);
  if (batchAxes === 0) return n.x(1);
  const lists = n.shape(1).slice(0, -1);
  const count = lists.reduce((a, b) => a * b, 1);
  const values = Array.from({ length: count }, (_, flat) =>
    Array.from({ length: batchAxes }, (_, axis) => {
      const behind = lists.slice(axis + 1).reduce((a, b) => a * b, 1);
      return Math.floor(flat / behind) % at(lists, axis);
    }),
  );
  return n.build.op('Concat', [n.build.ints(values.flat(), [...lists, batchAxes]), n.x(1)], { axis: -1 });
}

/** What was overwritten loses its gradient, what was added to keeps it; the updates get theirs from where they went. */
const scatter =
  (scatterOp: string, gatherOp: string): Rule =>
  (n) => {
    const reduction = n.string('reduction', 'none');
    const axis = scatterOp === 'ScatterElements' ? { axis: n.int('axis', 0) } : {};
    if (reduction !== 'none' && reduction !== 'add') throw n.refusal(`it scatters with reduction '${reduction}'`);
    return [
      () => (reduction === 'add' ? n.g : n.build.op(scatterOp, [n.g, n.x(1), zerosLike(n, 2)], axis)),
      undefined,
      () => n.build.op(gatherOp, [n.g, n.x(1)], axis),
    ];
  };

const topK: Rule = (n) => [
  () => n.build.op('ScatterElements', [zerosLike(n), n.made(1), n.g], { axis: n.axis(n.int('axis', -1)) }),
];

export const indexing: Record<string, Rule> = {
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  ScatterElements: scatter('ScatterElements', 'GatherElements'),
  ScatterND: scatter('ScatterND', 'GatherND'),
  TopK: topK,
};
