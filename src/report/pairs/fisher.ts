/**
 * Fisher's exact test, one-sided (Fisher 1922): chance that of `drawn` items from a population with `marked` ones at least `both` are marked, where
 * being drawn and being marked have nothing to do with each other.
 */
export function fisherChance(both: number, drawn: number, marked: number, population: number): number {
  const most = Math.min(drawn, marked);
  const least = Math.max(0, drawn + marked - population);
  if (both <= least) return 1;
  const log = (k: number) =>
    logChoose(marked, k) + logChoose(population - marked, drawn - k) - logChoose(population, drawn);
  // Terms relative to the first, which is the largest of the tail where `both` lies above the expected number.
  let [sum, term] = [1, 1];
  for (let k = both; k < most; k += 1) {
    term *= ((marked - k) * (drawn - k)) / ((k + 1) * (population - marked - drawn + k + 1));
    sum += term;
  }
  return Math.min(1, Math.exp(log(both)) * sum);
}

function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

const factorials: number[] = [0];

function logFactorial(n: number): number {
  for (let i = factorials.length; i <= n; i += 1) factorials.push((factorials[i - 1] ?? 0) + Math.log(i));
  return factorials[n] ?? Number.NaN;
}
