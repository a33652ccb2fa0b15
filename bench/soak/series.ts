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

/** Medians of the four quarters, in their order. @param points at least four */
export function quarters(points: readonly Point[]): number[] {
  const values = points.map(({ value }) => value);
  const edge = (quarter: number) => Math.floor((values.length * quarter) / 4);
  return [0, 1, 2, 3].map((quarter) => median(values.slice(edge(quarter), edge(quarter + 1))));
}
