/**
 * Principal components by orthogonal iteration (Golub and Van Loan, section 8.2.4): of a few hundred points with a thousand columns the few
 * largest are wanted, and points may be fewer than dimensions, or equal.
 */

import { at } from '../../explain/at.ts';
import type { Point } from './points.ts';

/** Enough for components that differ; those that do not span the same space whatever they are. */
const usualRounds = 24;
/** Directions in which points vary less than this share of the largest do not count. */
const leastShare = 1e-9;

/**
 * The rows along their first principal components, at most `dimensions`, strongest first. Deterministic.
 *
 * @param rounds of the iteration; with fewer, the weakest components are mixed with what is left out
 */
export function principalComponents(rows: readonly Point[], dimensions: number, rounds = usualRounds): Point[] {
  const [{ length: columns } = []] = rows;
  const count = Math.min(dimensions, columns, rows.length - 1);
  if (count < 1) return rows.map(() => [0]);
  const centred = centre(rows, columns);
  let basis = orthonormal(Array.from({ length: count }, (_, component) => startVector(columns, component)));
  for (let round = 0; round < rounds; round += 1) {
    basis = orthonormal(basis.map((direction) => weightedSum(centred, projected(centred, direction), columns)));
  }
  const scores = basis
    .map((direction) => projected(centred, direction))
    .map((values) => ({ values, variance: values.reduce((sum, value) => sum + value * value, 0) }))
    .sort((a, b) => b.variance - a.variance);
  const kept = scores.filter(({ variance }) => variance > leastShare * at(scores, 0).variance);
  return rows.map((_, row) => (kept.length === 0 ? [0] : kept.map(({ values }) => at(values, row))));
}

function centre(rows: readonly Point[], columns: number): Float64Array[] {
  const means = new Float64Array(columns);
  for (const row of rows) for (const [i, value] of row.entries()) means[i] = at(means, i) + value / rows.length;
  return rows.map((row) => addScaled(Float64Array.from(row), means, -1));
}

/** Spread over all columns, and the same at every call. */
function startVector(columns: number, component: number): Float64Array {
  return Float64Array.from({ length: columns }, (_, at) => Math.sin((at + 1) * (component + 1) * 1.618 + component));
}

/** Each row's length along a direction. */
function projected(rows: readonly Float64Array[], direction: Float64Array): Float64Array {
  return Float64Array.from(rows, (row) => dot(row, direction));
}

function weightedSum(rows: readonly Float64Array[], weights: Float64Array, columns: number): Float64Array {
  const sum = new Float64Array(columns);
  for (const [i, row] of rows.entries()) addScaled(sum, row, at(weights, i));
  return sum;
}

/** Gram-Schmidt, twice over for rounding. A direction that is spanned already becomes zeros. */
function orthonormal(vectors: readonly Float64Array[]): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const vector of vectors) {
    const length = Math.sqrt(dot(vector, vector));
    const own = Float64Array.from(vector);
    for (const earlier of [...basis, ...basis]) addScaled(own, earlier, -dot(own, earlier));
    const left = Math.sqrt(dot(own, own));
    basis.push(left > leastShare * length ? own.map((value) => value / left) : own.fill(0));
  }
  return basis;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

/** Adds to `target`, and returns it. */
function addScaled(target: Float64Array, values: ArrayLike<number>, scale: number): Float64Array {
  for (let i = 0; i < target.length; i += 1) target[i] = (target[i] ?? 0) + scale * (values[i] ?? 0);
  return target;
}
