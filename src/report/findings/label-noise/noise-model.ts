/**
 * Three reasons why an image's label is not the class that is predicted, told apart by maximum likelihood (expectation and maximisation, Dempster et al. 1977):
 *
 * - the network hesitated: more rarely, the higher the predicted class scores above the label. The rate of label j with predicted class c is
 *   proportional to m exp(-(a + b g)), g the log of the score of c over that of j, as temperature and Platt scaling have it;
 * - the network takes j for c, however sure it is (a cue, two classes that look alike): a rate of the pair's own, zero for most pairs;
 * - the label is wrong: the same small rate for every pair of classes, however sure the network is.
 *
 * The factor m and the own rate of a pair are not known; they are drawn from a few values whose frequencies are estimated over all pairs (empirical Bayes). Noise is what
 * is left as a plateau that all pairs have in common: where nothing is mislabelled, sure mistakes are absent from some pairs and crowd in others.
 */

import { at } from '../../../explain/at.ts';
import { range, sum } from '../../clusters/numbers.ts';
import { type ClassPairs, classPairs } from './class-pairs.ts';
import { type LabelOdds, listedCount } from './label-odds.ts';

/** Values that a pair's factor m can have. */
const factors = [0.1, 0.3, 1, 3];
const factorsAtFirst = [0.15, 0.25, 0.35, 0.25];
/** Values that a pair's own rate can have, as a share of the images that are predicted as its class: 0, and 0.002 to 0.5 in equal ratios. */
const ownRates = [0, ...range(7).map((i) => 0.002 * 250 ** (i / 6))];
/** Images that each frequency has beforehand. */
const factorPrior = 2;
const [ownPrior, nonePrior] = [1, 4];
const mostSteps = 50;
const settling = 5;
/** Change of the log-likelihood at which steps end. */
const leastGain = 3e-3;
const mostNoise = 0.4;
/** Of the normal distributions that hold the offset near 0 and the logarithm of the slope near that of 1, a calibrated network's. */
const [offsetDeviation, slopeDeviation] = [2, 0.5];

function logPrior({ offset, slope }: NoiseModel): number {
  return -((offset / offsetDeviation) ** 2 + (Math.log(slope) / slopeDeviation) ** 2) / 2;
}

export interface NoiseModel {
  /** Share of images with a wrong label. */
  rate: number;
  /** a and b above. */
  offset: number;
  slope: number;
  /** Frequencies of `factors`, and of pairs with an own rate. */
  factorShares: number[];
  ownShare: number;
  /** Of the data and of `offset` and `slope` beforehand. */
  logLikelihood: number;
}

/** By image: how likely the network hesitated, and how likely the label is wrong; zeros for images that are right. */
interface Reasons {
  hesitated: Float64Array;
  wrongLabel: Float64Array;
}

/** @param rate held at this */
function fitFrom(odds: LabelOdds, pairs: ClassPairs, from: NoiseModel, rate?: number): NoiseModel {
  let model: NoiseModel = { ...from, rate: rate ?? Math.max(from.rate, 0.03), logLikelihood: Number.NEGATIVE_INFINITY };
  for (let step = 0; step < mostSteps; step += 1) {
    const { next } = improve(odds, pairs, model);
    const gain = next.logLikelihood - model.logLikelihood;
    model = { ...next, rate: rate ?? next.rate };
    // Noise and rates of pairs settle first; else a slope follows mistakes that are not the trend's.
    if (step < settling) model = { ...model, offset: from.offset, slope: from.slope };
    else if (Math.abs(gain) < leastGain) break;
  }
  return model;
}

const noNoise = 1e-9;
const first = { rate: 0.03, offset: 0, factorShares: factorsAtFirst, logLikelihood: Number.NEGATIVE_INFINITY };
/** Many pairs with rates of their own and a usual network; few, and one that hardly hesitates where it is wrong. */
const starts: NoiseModel[] = [
  { ...first, slope: 1, ownShare: 0.2 },
  { ...first, slope: 4, ownShare: 0.01 },
];

export interface FittedNoise extends NoiseModel {
  /** Twice the log of the likelihood ratio to the best model without noise. */
  likelihoodRatio: number;
}

/** Each model is fitted from two starts: steps end at the nearest maximum. */
export function fitNoise(odds: LabelOdds): FittedNoise {
  const pairs = classPairs(odds);
  const best = (models: NoiseModel[]) => models.reduce((a, b) => (b.logLikelihood > a.logLikelihood ? b : a));
  const without = best(starts.map((start) => fitFrom(odds, pairs, start, noNoise)));
  const noisy = best([...starts, without].map((start) => fitFrom(odds, pairs, start)));
  const clean = best([without, fitFrom(odds, pairs, noisy, noNoise)]);
  return { ...noisy, likelihoodRatio: 2 * (noisy.logLikelihood - clean.logLikelihood) };
}

/** By image: the chance that its label is wrong. */
export function wrongLabelChances(odds: LabelOdds, model: NoiseModel): Float64Array {
  return improve(odds, classPairs(odds), model).reasons.wrongLabel;
}

/** One step: `logLikelihood` of the result is of the model given. */
function improve(odds: LabelOdds, pairs: ClassPairs, model: NoiseModel): { next: NoiseModel; reasons: Reasons } {
  const trend = trendOf(odds, pairs, model);
  const { reasons, ...frequencies } = weighReasons(odds, pairs, model, trend);
  return { next: { ...followTrend(odds, model, trend, reasons), ...frequencies }, reasons };
}

interface Trend {
  /** By image: rate of its label by hesitation. */
  ofLabel: Float64Array;
  /** Sums over the classes beside the predicted one: of their rates, and of those times the gap and its square. */
  rates: Float64Array;
  gaps: Float64Array;
  squares: Float64Array;
  /** Mistakes by hesitation that are expected with a factor of 1: by pair, and of each bare pair by predicted class. */
  expected: Float64Array;
  bare: Float64Array;
}

function trendOf(odds: LabelOdds, pairs: ClassPairs, { offset, slope }: NoiseModel): Trend {
  const count = odds.rows.length;
  const zeros = () => new Float64Array(count);
  const trend: Trend = {
    ofLabel: zeros(),
    rates: zeros(),
    gaps: zeros(),
    squares: zeros(),
    expected: new Float64Array(pairs.predicted.length),
    bare: new Float64Array(odds.places),
  };
  const weights = new Float64Array(listedCount);
  for (let image = 0; image < count; image += 1) {
    const [restGap, restCount, labelGap] = [
      odds.restGap[image] ?? 0,
      odds.restCount[image] ?? 0,
      odds.labelGap[image] ?? 0,
    ];
    const restWeight = Math.exp(-offset - slope * restGap);
    let total = 1 + restCount * restWeight;
    for (let i = 0; i < listedCount; i += 1) {
      const slot = image * listedCount + i;
      weights[i] = (pairs.listed[slot] ?? 0) < 0 ? 0 : Math.exp(-offset - slope * (odds.listedGap[slot] ?? 0));
      total += weights[i] ?? 0;
    }
    const rest = restCount === 0 ? 0 : restWeight / total;
    let [rates, gaps, squares] = [restCount * rest, restCount * rest * restGap, restCount * rest * restGap ** 2];
    for (let i = 0; i < listedCount; i += 1) {
      const slot = image * listedCount + i;
      const pair = pairs.listed[slot] ?? 0;
      if (pair < 0) break;
      const [rate, gap] = [(weights[i] ?? 0) / total, odds.listedGap[slot] ?? 0];
      rates += rate;
      gaps += rate * gap;
      squares += rate * gap ** 2;
      trend.expected[pair] = (trend.expected[pair] ?? 0) + rate - rest;
    }
    const from = odds.predicted[image] ?? 0;
    trend.bare[from] = (trend.bare[from] ?? 0) + rest;
    trend.ofLabel[image] = Math.exp(-offset - slope * labelGap) / total;
    [trend.rates[image], trend.gaps[image], trend.squares[image]] = [rates, gaps, squares];
  }
  for (const [pair, from] of pairs.predicted.entries()) {
    trend.expected[pair] = Math.max(0, (trend.expected[pair] ?? 0) + (trend.bare[from] ?? 0));
  }
  return trend;
}

/** What is expected: the reasons of each mistake, and the frequencies that follow from them. Mistakes in a pair are counted as Poisson's. */
function weighReasons(odds: LabelOdds, pairs: ClassPairs, model: NoiseModel, trend: Trend) {
  const count = odds.rows.length;
  const reasons: Reasons = { hesitated: new Float64Array(count), wrongLabel: new Float64Array(count) };
  let logLikelihood = logPrior(model);
  const noise = model.rate / Math.max(1, odds.places - 1);
  const right = 1 - model.rate;
  const ownPrior1 = model.ownShare / (ownRates.length - 1);
  const factorLogs = model.factorShares.map(Math.log);
  const ownLogs = ownRates.map((own) => Math.log(own === 0 ? 1 - model.ownShare : ownPrior1));
  const factorCounts = factors.map(() => factorPrior);
  let withOwn = ownPrior;
  let all = ownPrior + nonePrior;
  let wrong = 0;

  // Of a pair without mistakes, factor and own rate are independent.
  const factorChances = new Float64Array(factors.length);
  const countEmpty = (from: number, expected: number, times: number) => {
    let factorSum = 0;
    for (const [u, factor] of factors.entries()) {
      factorChances[u] = (model.factorShares[u] ?? 0) * Math.exp(-expected * factor * right);
      factorSum += factorChances[u] ?? 0;
    }
    for (const u of factors.keys())
      factorCounts[u] = (factorCounts[u] ?? 0) + (times * (factorChances[u] ?? 0)) / factorSum;
    const { sum: ownSum, share } = at(emptyOwn, from);
    logLikelihood += times * Math.log(factorSum * ownSum);
    withOwn += times * share;
    all += times;
  };
  const emptyOwn = Array.from(pairs.images, (images) => {
    const chances = ownRates.map((own, v) => Math.exp((ownLogs[v] ?? 0) - images * (noise + own)));
    return { sum: sum(chances), share: 1 - (chances[0] ?? 0) / sum(chances) };
  });
  for (const [from, times] of pairs.bare.entries()) if (times > 0) countEmpty(from, trend.bare[from] ?? 0, times);

  const nodes = new Float64Array(factors.length * ownRates.length);
  for (const [pair, mistakes] of pairs.mistakes.entries()) {
    const [from, expected] = [pairs.predicted[pair] ?? 0, trend.expected[pair] ?? 0];
    if (mistakes.length === 0) {
      countEmpty(from, expected, 1);
      continue;
    }
    const images = pairs.images[from] ?? 0;
    let largest = Number.NEGATIVE_INFINITY;
    for (const [u, factor] of factors.entries()) {
      for (const [v, own] of ownRates.entries()) {
        let log = (factorLogs[u] ?? 0) + (ownLogs[v] ?? 0) - expected * factor * right - images * (noise + own);
        for (const image of mistakes)
          log += Math.log((trend.ofLabel[image] ?? 0) * factor * right + noise + own + 1e-300);
        nodes[u * ownRates.length + v] = log;
        largest = Math.max(largest, log);
      }
    }
    let total = 0;
    for (const [node, log] of nodes.entries()) {
      nodes[node] = Math.exp(log - largest);
      total += nodes[node] ?? 0;
    }
    logLikelihood += largest + Math.log(total);
    all += 1;
    for (const [u, factor] of factors.entries()) {
      for (const [v, own] of ownRates.entries()) {
        const chance = (nodes[u * ownRates.length + v] ?? 0) / total;
        factorCounts[u] = (factorCounts[u] ?? 0) + chance;
        if (v > 0) withOwn += chance;
        for (const image of mistakes) {
          const hesitation = (trend.ofLabel[image] ?? 0) * factor * right;
          const rate = hesitation + noise + own + 1e-300;
          reasons.hesitated[image] = (reasons.hesitated[image] ?? 0) + (chance * hesitation) / rate;
          reasons.wrongLabel[image] = (reasons.wrongLabel[image] ?? 0) + (chance * noise) / rate;
        }
      }
    }
    for (const image of mistakes) wrong += reasons.wrongLabel[image] ?? 0;
  }
  const factorTotal = sum(factorCounts);
  return {
    reasons,
    logLikelihood,
    rate: Math.min(mostNoise, wrong / Math.max(1, count)),
    factorShares: factorCounts.map((own) => own / factorTotal),
    ownShare: withOwn / all,
  };
}

/** Offset and slope: a step of Newton's method on the likelihood of right labels and of hesitations. */
function followTrend(odds: LabelOdds, { offset, slope }: NoiseModel, trend: Trend, { hesitated }: Reasons) {
  let [byOffset, bySlope] = [-offset / offsetDeviation ** 2, -Math.log(slope) / (slope * slopeDeviation ** 2)];
  let [curveOffset, curveBoth, curveSlope] = [1 / offsetDeviation ** 2, 0, 1 / (slope * slopeDeviation) ** 2];
  for (let image = 0; image < odds.rows.length; image += 1) {
    const own = hesitated[image] ?? 0;
    const weight = (odds.label[image] ?? 0) === (odds.predicted[image] ?? 0) ? 1 : own;
    const [rates, gaps, squares] = [trend.rates[image] ?? 0, trend.gaps[image] ?? 0, trend.squares[image] ?? 0];
    byOffset += weight * rates - own;
    bySlope += weight * gaps - own * (odds.labelGap[image] ?? 0);
    curveOffset += weight * (rates - rates * rates);
    curveBoth += weight * (gaps - rates * gaps);
    curveSlope += weight * (squares - gaps * gaps);
  }
  const determinant = curveOffset * curveSlope - curveBoth ** 2;
  const [moveOffset, moveSlope] =
    determinant > 0
      ? [
          (curveSlope * byOffset - curveBoth * bySlope) / determinant,
          (curveOffset * bySlope - curveBoth * byOffset) / determinant,
        ]
      : [0, 0];
  // Far from the maximum a full step overshoots.
  const step = Math.min(
    1,
    1 / Math.max(Math.abs(moveOffset), 1e-9),
    (0.3 * slope) / Math.max(Math.abs(moveSlope), 1e-9),
  );
  return { offset: offset + step * moveOffset, slope: Math.max(0.01, slope + step * moveSlope) };
}
