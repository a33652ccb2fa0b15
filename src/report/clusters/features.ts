/** Images as points: evidence and heatmaps made comparable. */

import { at } from '../../explain/at.ts';
import type { EvidenceRows } from '../read/evidence.ts';
import { mean, sum } from './numbers.ts';
import { concatenated, type Point, transposed } from './points.ts';

/** Share of the largest deviation that is added to each, so that channels which hardly move do not count as much as those that do. */
const deviationFloor = 0.2;

/**
 * Evidence vectors of several layers side by side, each layer standardised.
 * @param rows of the maps' arrays
 * @returns `[rows, channels of all]`
 */
export function evidenceFeatures(maps: readonly EvidenceRows[], rows: readonly number[]): Point[] {
  return concatenated(maps.map((map) => standardised(evidenceVectors(map, rows))));
}

/** `[rows, channels]`. */
export function evidenceVectors({ evidence, channels }: EvidenceRows, rows: readonly number[]): Point[] {
  return vectorsOf(evidence, channels, rows);
}

/**
 * Heatmaps as shapes: the positive part as a distribution over its cells, whose square roots are compared (Hellinger distance), centred.
 * @returns `[rows, cells]`
 */
export function heatmapFeatures({ heatmaps, height, width }: EvidenceRows, rows: readonly number[]): Point[] {
  const shapes = vectorsOf(heatmaps, height * width, rows).map((cells) => {
    const positive = cells.map((cell) => Math.max(cell, 0));
    const total = sum(positive);
    return positive.map((cell) => (total === 0 ? 0 : Math.sqrt(cell / total)));
  });
  return standardised(shapes, null);
}

/**
 * Each column less its mean and divided by its standard deviation (z-scores) plus a fifth of the largest one; the whole is scaled to a mean square
 * length of 1, so that every layer counts alike.
 * @param floor null: columns are centred and not divided
 */
export function standardised(rows: readonly Point[], floor: number | null = deviationFloor): Point[] {
  const columns = transposed(rows).map((values) => {
    const middle = mean(values);
    return { values, middle, deviation: Math.sqrt(mean(values.map((value) => (value - middle) ** 2))) };
  });
  const largest = columns.reduce((most, { deviation }) => Math.max(most, deviation), 0);
  const scores = columns.map(({ values, middle, deviation }) => {
    const divisor = floor === null ? 1 : deviation + floor * largest;
    return values.map((value) => (divisor === 0 ? 0 : (value - middle) / divisor));
  });
  const centred = rows.map((_, row) => scores.map((column) => at(column, row)));
  const squares = sum(centred.map((row) => sum(row.map((value) => value * value))));
  const length = Math.sqrt(squares / Math.max(rows.length, 1));
  return length === 0 ? centred : centred.map((row) => row.map((value) => value / length));
}

function vectorsOf(values: Float32Array, length: number, rows: readonly number[]): number[][] {
  return rows.map((row) => Array.from(values.subarray(row * length, (row + 1) * length)));
}
