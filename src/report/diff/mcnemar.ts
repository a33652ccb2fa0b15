/**
 * McNemar's exact test: two-sided chance that of n = a + b images that change sides as few as the smaller count or fewer go one
 * way, if both ways are equally likely (McNemar 1947; the binomial form). 1 when nothing changes.
 */
export function mcNemarChance(a: number, b: number): number {
  const n = a + b;
  const smaller = Math.min(a, b);
  if (n === 0 || a === b) return 1;
  // Terms C(n, k) / 2^n from k = smaller downwards, relative to the first, which alone could underflow on the way up.
  let sum = 1;
  let term = 1;
  for (let k = smaller; k > 0 && term > sum * 1e-17; k -= 1) {
    term *= k / (n - k + 1);
    sum += term;
  }
  return Math.min(1, 2 * Math.exp(logBinomial(n, smaller) - n * Math.LN2) * sum);
}

/** log of n choose k. */
function logBinomial(n: number, k: number): number {
  let sum = 0;
  for (let i = 1; i <= k; i += 1) sum += Math.log((n - k + i) / i);
  return sum;
}

/**
 * Which of the chances hold when at most `rate` of all claims may be false (Benjamini and Hochberg 1995): those up to the largest
 * p_(i) <= i / m * rate, in ascending order.
 */
export function holdAmongMany(chances: readonly number[], rate = 0.05): boolean[] {
  const ordered = [...chances].sort((a, b) => a - b);
  let limit = -1;
  for (const [i, chance] of ordered.entries()) {
    if (chance <= ((i + 1) / ordered.length) * rate) limit = chance;
  }
  return chances.map((chance) => chance <= limit);
}
