import { upperTail } from './upper-tail.ts';

/**
 * Probability that values of one kind are as much above others as these are: Wilcoxon's rank-sum test, one-sided, by the normal approximation with ties and a correction for
 * continuity (Hollander, Wolfe and Chicken 2014, section 4.1). 1 where a side has no values.
 */
export function rankSumPValue(own: readonly number[], others: readonly number[]): number {
  const [m, n] = [own.length, others.length];
  if (m === 0 || n === 0) return 1;
  const all = [...own.map((value) => ({ value, own: true })), ...others.map((value) => ({ value, own: false }))].sort(
    (a, b) => a.value - b.value,
  );
  let [ranks, ties] = [0, 0];
  for (let first = 0; first < all.length; ) {
    let end = first;
    while (end < all.length && all[end]?.value === all[first]?.value) end += 1;
    const tied = end - first;
    ranks += ((first + 1 + end) / 2) * all.slice(first, end).filter((one) => one.own).length;
    ties += tied ** 3 - tied;
    first = end;
  }
  const total = m + n;
  const variance = ((m * n) / 12) * (total + 1 - ties / (total * (total - 1)));
  if (!(variance > 0)) return 1;
  return upperTail((ranks - (m * (total + 1)) / 2 - 0.5) / Math.sqrt(variance));
}
