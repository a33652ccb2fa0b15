/** Numbers over time, and whether they grow. */

import { median } from '../statistics.ts';

export interface Point {
  /** Hours since the beginning. */
  time: number;
  value: number;
}

/**
 * Growth an hour: the median of the slopes between all pairs of points (Theil 1950, Sen 1968, "Estimates of the regression coefficient
 * based on Kendall's tau"), which the saw teeth of garbage collection do not move as they move a line of least squares.
 * @param points at least two, at different times
 */
export function slope(points: readonly Point[]): number {
  return median(
    points.flatMap((from, i) => points.slice(i + 1).map((to) => (to.value - from.value) / (to.time - from.time))),
  );
}

/** Median of the first and of the last quarter. */
export function ends(points: readonly Point[]): [first: number, last: number] {
  const quarter = Math.max(1, Math.floor(points.length / 4));
  const values = points.map(({ value }) => value);
  return [median(values.slice(0, quarter)), median(values.slice(-quarter))];
}
