/**
 * Principal components by orthogonal iteration (Golub and Van Loan, section 8.2.4): of a few hundred points with a thousand columns the few
 * largest are wanted, and points may be fewer than dimensions, or equal.
 */

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
export function principalComponents(
  rows: readonly (readonly number[])[],
  dimensions: number,
  rounds = usualRounds,
): Point[] {
  const columns = rows[0]?.length ?? 0;
  const count = Math.min(dimensions, columns, rows.length - 1);
  if (count < 1) return rows.map(() => [0]);
  const centred = centre(rows, columns);
  let basis = orthogonal(Array.from({ length: count }, (_, component) => startVector(columns, component)));
  for (let round = 0; round < rounds; round += 1) {
    basis = orthogonal(basis.map((direction) => weighedSum(centred, along(centred, direction), columns)));
  }
  const scores = basis
    .map((direction) => along(centred, direction))
    .map((values) => ({ values, variance: values.reduce((sum, value) => sum + value * value, 0) }))
    .sort((a, b) => b.variance - a.variance);
  const most = scores[0]?.variance ?? 0;
  const kept = scores.filter(({ variance }) => variance > leastShare * most);
  return rows.map((_, row) => (kept.length === 0 ? [0] : kept.map(({ values }) => values[row] ?? 0)));
}

function centre(rows: readonly (readonly number[])[], columns: number): Float64Array[] {
  const means = new Float64Array(columns);
  for (const row of rows)
    for (let at = 0; at < columns; at += 1) means[at] = (means[at] ?? 0) + (row[at] ?? 0) / rows.length;
  return rows.map((row) => Float64Array.from(row, (value, at) => value - (means[at] ?? 0)));
}

/** Spread over all columns, and the same at every call. */
function startVector(columns: number, component: number): Float64Array {
  return Float64Array.from({ length: columns }, (_, at) => Math.sin((at + 1) * (component + 1) * 1.618 + component));
}

/** Each row's length along a direction. */
function along(rows: readonly Float64Array[], direction: Float64Array): Float64Array {
  return Float64Array.from(rows, (row) => dot(row, direction));
}

function weighedSum(rows: readonly Float64Array[], weights: Float64Array, columns: number): Float64Array {
  const sum = new Float64Array(columns);
  for (const [index, row] of rows.entries()) {
    const weight = weights[index] ?? 0;
    if (weight !== 0) for (let at = 0; at < columns; at += 1) sum[at] = (sum[at] ?? 0) + weight * (row[at] ?? 0);
  }
  return sum;
}

/** Gram-Schmidt, twice over for rounding. A direction that is spanned already becomes zeros. */
function orthogonal(vectors: readonly Float64Array[]): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const vector of vectors) {
    const length = Math.sqrt(dot(vector, vector));
    const own = Float64Array.from(vector);
    for (const earlier of [...basis, ...basis]) {
      const shared = dot(own, earlier);
      for (let at = 0; at < own.length; at += 1) own[at] = (own[at] ?? 0) - shared * (earlier[at] ?? 0);
    }
    const left = Math.sqrt(dot(own, own));
    basis.push(left > leastShare * length ? own.map((value) => value / left) : own.fill(0));
  }
  return basis;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}
