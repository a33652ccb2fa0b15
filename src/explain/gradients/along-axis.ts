/** Constant linear maps along one axis: resampling and padding by repetition are made of them. */

import { at } from '../at.ts';
import type { ReverseNode } from './reverse-node.ts';

/** One row for each cell that a map makes: the cells that it reads, with their weights. */
export type LinearMap = { cell: number; weight: number }[][];

/**
 * The gradient of `y = map x` along `axis`: `map' g` by one matrix product. `gradient` has `shape`, with as many cells
 * along the axis as the map has rows; the result has `size` of them.
 */
export function applyTransposed(
  n: ReverseNode,
  gradient: string,
  shape: readonly number[],
  axis: number,
  map: LinearMap,
  size: number,
): string {
  const rows = map.length;
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const outer = shape.slice(0, axis).reduce((a, b) => a * b, 1);
  const last = inner === 1;
  const matrix = Array.from({ length: size * rows }, () => 0);
  map.forEach((reads, row) => {
    for (const { cell, weight } of reads) {
      const place = last ? row * size + cell : cell * rows + row;
      matrix[place] = at(matrix, place) + weight;
    }
  });
  const constant = n.build.floats(matrix, last ? [rows, size] : [size, rows]);
  const flat = n.build.reshape(gradient, last ? [outer, rows] : [outer, rows, inner]);
  const product = n.build.op('MatMul', last ? [flat, constant] : [constant, flat]);
  return n.build.reshape(product, [...shape.slice(0, axis), size, ...shape.slice(axis + 1)]);
}
