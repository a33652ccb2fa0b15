import { upperTail } from './upper-tail.ts';

/**
 * Probability that differences of pairs are as much above zero as these are: Wilcoxon's signed-rank test, one-sided, by the normal approximation with ties and a correction for
 * continuity; differences of zero are left out (Hollander, Wolfe and Chicken 2014, section 3.1). 1 where none is left.
 */
export function signedRankPValue(differences: readonly number[]): number {
  const sorted = differences.filter((value) => value !== 0).sort((a, b) => Math.abs(a) - Math.abs(b));
  const n = sorted.length;
  if (n === 0) return 1;
  let [positive, ties] = [0, 0];
  for (let first = 0; first < n; ) {
    let end = first;
    while (end < n && Math.abs(sorted[end] ?? 0) === Math.abs(sorted[first] ?? 0)) end += 1;
    const tied = end - first;
    positive += ((first + 1 + end) / 2) * sorted.slice(first, end).filter((value) => value > 0).length;
    ties += tied ** 3 - tied;
    first = end;
  }
  const variance = (n * (n + 1) * (2 * n + 1)) / 24 - ties / 48;
  return upperTail((positive - (n * (n + 1)) / 4 - 0.5) / Math.sqrt(variance));
}
