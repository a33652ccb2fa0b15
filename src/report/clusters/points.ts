/** Images as points: evidence and heatmaps made comparable. */

import type { EvidenceRows } from '../read/evidence.ts';

/** Where an image lies. */
export type Point = readonly number[];

/**
 * Columns of evidence vectors `[rows, channels]`, each less its mean and divided by its standard deviation. A fifth of the largest
 * deviation is added to every one, so that channels which hardly move do not count as much as those that do; the whole is scaled to a mean
 * square length of 1, so that every layer counts alike.
 *
 * @param rows places in the maps' arrays
 */
export function evidenceColumns(maps: readonly EvidenceRows[], rows: ArrayLike<number>): number[][] {
  return joined(maps.map(({ evidence, channels }) => standardised(taken(evidence, channels, rows), 0.2)));
}

/** Heatmaps as shapes: the positive part as a distribution over its cells, whose square roots are compared (Hellinger). */
export function heatmapColumns({ heatmaps, height, width }: EvidenceRows, rows: ArrayLike<number>): number[][] {
  const shapes = taken(heatmaps, height * width, rows).map((cells) => {
    const positive = cells.map((cell) => Math.max(cell, 0));
    const sum = positive.reduce((total, cell) => total + cell, 0);
    return positive.map((cell) => (sum === 0 ? 0 : Math.sqrt(cell / sum)));
  });
  return standardised(shapes, null);
}

export function joined(blocks: readonly number[][][]): number[][] {
  const [first = []] = blocks;
  return first.map((_, row) => blocks.flatMap((block) => block[row] ?? []));
}

export function distance(a: Point, b: Point): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += ((a[at] ?? 0) - (b[at] ?? 0)) ** 2;
  return Math.sqrt(sum);
}

export function pick(places: readonly number[], points: readonly Point[]): Point[] {
  return places.map((at) => points[at] ?? []);
}

export function centroid(points: readonly Point[]): Point {
  const [first = []] = points;
  return first.map((_, at) => points.reduce((sum, point) => sum + (point[at] ?? 0), 0) / points.length);
}

function taken(values: Float32Array, length: number, rows: ArrayLike<number>): number[][] {
  return Array.from(rows, (row) => Array.from(values.subarray(row * length, (row + 1) * length)));
}

/** @param floor share of the largest deviation that is added to each; null: columns are centred and not divided */
function standardised(rows: number[][], floor: number | null): number[][] {
  const [first = []] = rows;
  const means = first.map((_, at) => rows.reduce((sum, row) => sum + (row[at] ?? 0), 0) / rows.length);
  const deviations = first.map((_, at) =>
    Math.sqrt(rows.reduce((sum, row) => sum + ((row[at] ?? 0) - (means[at] ?? 0)) ** 2, 0) / rows.length),
  );
  const largest = deviations.reduce((most, deviation) => Math.max(most, deviation), 0);
  const divisors = deviations.map((deviation) => (floor === null ? 1 : deviation + floor * largest));
  const centred = rows.map((row) =>
    row.map((value, at) => {
      const divisor = divisors[at] ?? 1;
      return divisor === 0 ? 0 : (value - (means[at] ?? 0)) / divisor;
    }),
  );
  const square = centred.reduce((sum, row) => sum + row.reduce((own, value) => own + value * value, 0), 0);
  const length = Math.sqrt(square / Math.max(rows.length, 1));
  return length === 0 ? centred : centred.map((row) => row.map((value) => value / length));
}
