/** Images whose label is more likely wrong than a mistake of the model would explain: found from scores alone, and kept apart from mistakes. */

import { at } from '../../explain/at.ts';
import type { LabelError } from '../contract.ts';
import { keyOf, type RunTable, recordedScore } from '../read/run-table.ts';
import { nameOfClass } from './class-name.ts';
import { everyNth, labelOdds } from './label-noise/label-odds.ts';
import { type FittedNoise, fitNoise, wrongLabelChances } from './label-noise/noise-model.ts';
import { mostSelfConfidence } from './self-confidence.ts';

/**
 * Twice the log-likelihood ratio from which on noise counts as real. A share of noise lies at the edge of what it can be where there is none, so
 * the ratio is 0 in half of such cases, and above this in one of a hundred (Self and Liang 1987).
 */
const leastRatio = 5.41;
/** With fewer labelled images a few odd ones would pass for noise. */
const fewestImages = 100;
/** Where labels are wrong, an image with at least such a chance is listed. */
const leastChance = 0.1;
/** Images that the model of noise is fitted to, at equal steps through the run; chances are of all. */
const mostFitted = 10_000;

export interface SuspectedLabels {
  /** Rows, the likeliest first. */
  rows: number[];
  /** Of each of `rows`: the chance that its label is wrong. */
  chances: Map<number, number>;
  /** Share of the labels that seem to be wrong; 0 where no noise shows. */
  rate: number;
}

export const noneSuspected: SuspectedLabels = { rows: [], chances: new Map(), rate: 0 };

/** An image is suspected when the run has wrong labels at all (`noise-model.ts` says how that is told), and its label is one with a chance of at least a tenth. */
export function suspectedLabels(table: RunTable): SuspectedLabels {
  const odds = labelOdds(table);
  if (odds.places < 2 || odds.rows.length < fewestImages) return noneSuspected;
  const noise = fitNoise(everyNth(odds, Math.ceil(odds.rows.length / mostFitted)));
  if (!isReal(noise)) return noneSuspected;
  const chances = new Map<number, number>();
  for (const [image, chance] of wrongLabelChances(odds, noise).entries()) {
    if (chance >= leastChance) chances.set(at(odds.rows, image), chance);
  }
  const rows = [...chances].sort(([a, chance], [b, other]) => other - chance || a - b).map(([row]) => row);
  return { rows, chances, rate: noise.rate };
}

function isReal({ likelihoodRatio }: FittedNoise): boolean {
  return likelihoodRatio > leastRatio;
}

export function labelErrorOf(table: RunTable, row: number, { chances }: SuspectedLabels): LabelError {
  const label = at(table.label, row);
  const predicted = at(table.predicted, row);
  const score = at(table.score, row);
  const selfConfidence = recordedScore(table, row, label);
  const known = !Number.isNaN(selfConfidence);
  const given = known ? percent(selfConfidence) : `at most ${percent(mostSelfConfidence(table, row))}`;
  return {
    key: keyOf(table, row),
    label,
    predicted,
    score,
    selfConfidence: known ? selfConfidence : null,
    reason:
      `Scores ${percent(score)} for ${nameOfClass(table.classNames, predicted)} and ${given} for its own label, ${nameOfClass(table.classNames, label)}. ` +
      `By the run's other mistakes of such scores and classes, the label is wrong with a chance of ${Math.round((chances.get(row) ?? 0) * 100)}%.`,
  };
}

function percent(share: number): string {
  const value = share * 100;
  return value > 0 && value < 0.1 ? 'under 0.1%' : `${value.toFixed(1)}%`;
}
