/** Probability of at least `hits` successes in `trials` trials with probability `p` each. */
export function binomialTail(hits: number, trials: number, p: number): number {
  if (hits <= 0) return 1;
  if (hits > trials || p <= 0) return 0;
  if (p >= 1) return 1;
  let logTerm = 0;
  for (let i = 1; i <= hits; i += 1) logTerm += Math.log((trials - hits + i) / i);
  logTerm += hits * Math.log(p) + (trials - hits) * Math.log1p(-p);
  let sum = 0;
  for (let k = hits; k <= trials; k += 1) {
    sum += Math.exp(logTerm);
    logTerm += Math.log(((trials - k) / (k + 1)) * (p / (1 - p)));
  }
  return Math.min(1, sum);
}
