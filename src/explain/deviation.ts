import { at } from './at.ts';

/**
 * How far values are from those that were expected: the largest difference, as a share of the largest magnitude of those expected. Infinity
 * where one is missing or no number.
 * @param length so many are compared; the magnitude is that of all
 */
export function deviation(
  expected: ArrayLike<number>,
  found: ArrayLike<number>,
  length: number = expected.length,
): number {
  let most = 0;
  let difference = 0;
  for (let i = 0; i < expected.length; i++) most = Math.max(most, Math.abs(at(expected, i)));
  for (let i = 0; i < length; i++) {
    const distance = Math.abs((found[i] ?? Number.NaN) - at(expected, i));
    if (Number.isNaN(distance)) return Number.POSITIVE_INFINITY;
    difference = Math.max(difference, distance);
  }
  return difference === 0 ? 0 : difference / Math.max(most, 1e-30);
}
