import { distance, type Point } from './points.ts';

/** Places of the `count` nearest other points, nearest first. */
export function nearest(points: readonly Point[], from: Point, count: number, self = -1): number[] {
  const best: { at: number; far: number }[] = [];
  for (const [at, point] of points.entries()) {
    if (at === self) continue;
    const far = distance(point, from);
    const last = best[best.length - 1];
    if (best.length === count && last !== undefined && far >= last.far) continue;
    const place = best.findIndex((other) => other.far > far);
    best.splice(place === -1 ? best.length : place, 0, { at, far });
    if (best.length > count) best.pop();
  }
  return best.map(({ at }) => at);
}

/** For each of `places`: what share of its nearest points carries the flag, each counted with its weight. */
export function flaggedShare(
  points: readonly Point[],
  flags: readonly boolean[],
  weights: ArrayLike<number>,
  places: readonly number[],
  count: number,
): number[] {
  return places.map((place) => {
    const around = nearest(points, points[place] ?? [], count, place);
    const total = around.reduce((sum, at) => sum + (weights[at] ?? 0), 0);
    const flagged = around.reduce((sum, at) => sum + (flags[at] ? (weights[at] ?? 0) : 0), 0);
    return total === 0 ? 0 : flagged / total;
  });
}
