/** Points, and what is computed from their coordinates. */

import { at } from '../../explain/at.ts';
import { mean } from './numbers.ts';

export type Point = readonly number[];

/** Euclidean. */
export function distance(a: Point, b: Point): number {
  let squares = 0;
  for (let i = 0; i < a.length; i += 1) squares += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  return Math.sqrt(squares);
}

export function difference(a: Point, b: Point): number[] {
  return a.map((value, i) => value - at(b, i));
}

/** No coordinates where there are no points. */
export function centroid(points: readonly Point[]): Point {
  return transposed(points).map(mean);
}

/** The coordinates as columns: of each dimension, every point's. */
export function transposed(points: readonly Point[]): number[][] {
  const [first = []] = points;
  return first.map((_, dimension) => points.map((point) => at(point, dimension)));
}

/** Points with the coordinates of several, one set beside the other. */
export function concatenated(sets: readonly Point[][]): Point[] {
  const [first = []] = sets;
  return first.map((_, i) => sets.flatMap((points) => at(points, i)));
}
