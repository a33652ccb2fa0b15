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

/** Of the standard normal distribution, by the complementary error function's Chebyshev fit (Press et al. 2007, section 6.2.2; relative error below 1.2e-7). */
function upperTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 2 / (2 + x);
  const terms = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
    0.17087277,
  ];
  const fit = terms.reduceRight((sum, term) => sum * t + term, 0);
  const tail = (t * Math.exp(-x * x + fit)) / 2;
  return z >= 0 ? tail : 1 - tail;
}
