import type { Point } from '../../../src/report/clusters/points.ts';

const dimensions = 6;

/** Points scattered about a place, the same at every call; `seed` tells one set from another. Coordinates that are not given are 0. */
export function scattered(count: number, place: readonly number[], seed: number): Point[] {
  return Array.from({ length: count }, (_, row) =>
    Array.from({ length: dimensions }, (_, at) => (place[at] ?? 0) + noise(row * dimensions + at + seed * 7919)),
  );
}

/** From -1 to 1. */
function noise(at: number): number {
  const value = Math.sin(at * 12.9898 + 78.233) * 43758.5453;
  return 2 * (value - Math.floor(value)) - 1;
}
