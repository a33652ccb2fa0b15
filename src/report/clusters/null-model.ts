/**
 * How many of a group's mistakes have a high margin where they have no common cause: a beta-binomial null model. Networks differ: of the ordinary
 * mistakes of one a tenth have a high margin, of another a third. The rate is estimated from the run itself, from groups of mistakes of which most are
 * null and some have a cause (empirical Bayes, the two-groups model; Efron 2010, chapters 1 and 2).
 */

import { at } from '../../explain/at.ts';
import { range, sum } from './numbers.ts';

/** A group of mistakes: how many, and how many of them have a high margin. */
export interface MarginCounts {
  size: number;
  highMargin: number;
}

/**
 * Null groups do not share one rate, either: theirs vary about the run's as a beta distribution with this precision (alpha + beta). Set on the
 * development sets of docs/reference/planted-gaps.md, as the numbers below.
 */
const precision = 10;
/** What is believed of the run's rate before it is looked at: a beta distribution, of mean 0.2. */
const prior = { alpha: 3, beta: 12 };
/** Groups with a cause, the alternative: how many, and the beta distribution of their rates, of mean 0.75. */
const alternative = { share: 0.2, alpha: 3, beta: 1 };
/** The grid on which the posterior of the rate is computed. */
const rates = range(60).map((step) => 0.01 * (step + 1));

export interface NullModel {
  /** Posterior mean of the share of high margins among mistakes without a cause, 0 to 1. */
  rate: number;
  /** Probability that at least so many of a null group's mistakes have a high margin, averaged over the posterior (posterior predictive). */
  pValue(group: MarginCounts): number;
}

export function fitNullModel(groups: readonly MarginCounts[]): NullModel {
  const likelihoods = groups.map((group) => {
    return { ...group, caused: at(betaBinomial(group.size, alternative.alpha, alternative.beta), group.highMargin) };
  });
  const logPosterior = rates.map((rate) => {
    const logPrior = (prior.alpha - 1) * Math.log(rate) + (prior.beta - 1) * Math.log1p(-rate);
    const log = likelihoods.reduce((total, { size, highMargin, caused }) => {
      const ordinary = at(nullCounts(size, rate), highMargin);
      return total + Math.log((1 - alternative.share) * ordinary + alternative.share * caused);
    }, logPrior);
    return { rate, log };
  });
  const most = Math.max(...logPosterior.map(({ log }) => log));
  const posterior = logPosterior.map(({ rate, log }) => ({ rate, weight: Math.exp(log - most) }));
  const total = sum(posterior.map(({ weight }) => weight));
  const expected = (of: (rate: number) => number) =>
    sum(posterior.map(({ rate, weight }) => (weight / total) * of(rate)));
  return {
    rate: expected((rate) => rate),
    pValue: ({ size, highMargin }) =>
      Math.min(
        1,
        expected((rate) => sum(nullCounts(size, rate).slice(highMargin))),
      ),
  };
}

function nullCounts(size: number, rate: number): number[] {
  return betaBinomial(size, precision * rate, precision * (1 - rate));
}

/** Probabilities of 0 to `size` successes whose rate is drawn from a beta distribution (Skellam 1948). */
export function betaBinomial(size: number, alpha: number, beta: number): number[] {
  // From one count to the next the probability changes by a simple factor; in logarithms, since the first may be too small for a number.
  let log = 0;
  for (const failures of range(size)) log += Math.log((beta + failures) / (alpha + beta + failures));
  return range(size + 1).map((count) => {
    const own = Math.exp(log);
    log += Math.log(((size - count) * (alpha + count)) / ((count + 1) * (beta + size - count - 1)));
    return own;
  });
}
