/**
 * How many of a group's mistakes are sure by chance. Networks differ: of the ordinary mistakes of one a tenth are sure, of another a third. The share is
 * estimated from the run itself, from groups of mistakes of which most are ordinary and some have a cause (empirical Bayes; Efron 2010, chapter 1).
 */

import { range } from './numbers.ts';

/** A group of mistakes and the sure ones among them. */
export interface Unit {
  size: number;
  sure: number;
}

/**
 * Ordinary groups do not share one rate, either: theirs vary about the run's as a beta distribution with this precision (alpha + beta). Set on the
 * development sets of docs/reference/planted-gaps.md, as the numbers below.
 */
const precision = 10;
/** What is believed of the run's rate before it is looked at: a beta distribution, of mean 0.2. */
const prior = { alpha: 3, beta: 12 };
/** Groups with a cause: how many, and the beta distribution of their rates, of mean 0.75. */
const caused = { share: 0.2, alpha: 3, beta: 1 };
/** Rates that are considered. */
const rates = range(60).map((step) => 0.01 * (step + 1));

export interface OrdinarySureness {
  /** Expected share of sure ones among ordinary mistakes, 0 to 1. */
  rate: number;
  /** Probability that at least so many of an ordinary group's mistakes are sure. */
  chance(unit: Unit): number;
}

export function ordinarySureness(units: readonly Unit[]): OrdinarySureness {
  const withCause = units.map(({ size, sure }) => betaBinomial(size, caused.alpha, caused.beta)[sure] ?? 0);
  const logs = rates.map((rate) => {
    const before = (prior.alpha - 1) * Math.log(rate) + (prior.beta - 1) * Math.log1p(-rate);
    return units.reduce((sum, { size, sure }, at) => {
      const ordinary = betaBinomial(size, precision * rate, precision * (1 - rate))[sure] ?? 0;
      return sum + Math.log((1 - caused.share) * ordinary + caused.share * (withCause[at] ?? 0));
    }, before);
  });
  const most = Math.max(...logs);
  const weights = logs.map((log) => Math.exp(log - most));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const expected = (of: (rate: number) => number) =>
    rates.reduce((sum, rate, at) => sum + ((weights[at] ?? 0) / total) * of(rate), 0);
  return {
    rate: expected((rate) => rate),
    chance: ({ size, sure }) =>
      Math.min(
        1,
        expected((rate) =>
          betaBinomial(size, precision * rate, precision * (1 - rate))
            .slice(sure)
            .reduce((sum, probability) => sum + probability, 0),
        ),
      ),
  };
}

/** Probabilities of 0 to `size` successes whose rate is drawn from a beta distribution (Skellam 1948). */
export function betaBinomial(size: number, alpha: number, beta: number): number[] {
  // From one count to the next the probability changes by a simple factor; in logarithms, since the first may be too small for a number.
  let log = 0;
  for (const at of range(size)) log += Math.log((beta + at) / (alpha + beta + at));
  return range(size + 1).map((count) => {
    const own = Math.exp(log);
    log += Math.log(((size - count) * (alpha + count)) / ((count + 1) * (beta + size - count - 1)));
    return own;
  });
}
