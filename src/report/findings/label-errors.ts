/** Images whose label is more likely wrong than the model is: found from scores alone, and kept apart from mistakes. */

import { at } from '../../explain/at.ts';
import type { LabelError } from '../contract.ts';
import { grouped } from '../grouped.ts';
import { keyOf, type RunTable, recordedScore } from '../read/run-table.ts';
import { Tally } from '../tally.ts';
import { nameOfClass } from './class-name.ts';
import { type JudgedImage, judgedImages } from './judged-images.ts';
import { type LabelConfidence, labelConfidence, mostSelfConfidence } from './label-confidence.ts';

/** Score of the predicted class minus that of the label (the normalised margin of Northcutt et al. 2021, negated), from which on the two disagree strongly. */
const leastDisagreement = 0.8;
/** A pair of classes that swaps a larger share of a class's images, and at least so many, is a weakness of the network. */
const mostOfClass = 0.1;
const fewestOfPair = 5;

export interface SuspectedLabels {
  /** Rows, the strongest disagreement first. */
  rows: number[];
  /** Pairs left out because too much of a class is concerned, the most images first. */
  leftOut: { label: number; predicted: number; count: number }[];
}

/**
 * An image is suspected when the confident joint of Northcutt et al. 2021 (equation 1) counts it as its predicted class, that is, when that class's
 * score is at least what images with that label get on average and the label's own is not higher, and when the two scores are at
 * least 0.8 apart. Label noise is rare: where more than a tenth of a class's images are suspected of one other class, the network confuses
 * the two, and they stay mistakes.
 */
export function suspectedLabels(table: RunTable): SuspectedLabels {
  const confidence = labelConfidence(table);
  const support = new Tally<number>();
  const suspected: JudgedImage[] = [];
  for (const image of judgedImages(table)) {
    support.add(image.label);
    if (isSuspected(table, image, confidence)) suspected.push(image);
  }
  const rows: number[] = [];
  const leftOut: SuspectedLabels['leftOut'] = [];
  for (const ofPair of grouped(suspected, ({ label, predicted }) => `${label} ${predicted}`).values()) {
    const [{ label, predicted }, count] = [at(ofPair, 0), ofPair.length];
    if (count >= fewestOfPair && count > mostOfClass * support.of(label)) leftOut.push({ label, predicted, count });
    else for (const { row } of ofPair) rows.push(row);
  }
  return {
    rows: rows.sort((a, b) => disagreement(table, b) - disagreement(table, a) || a - b),
    leftOut: leftOut.sort((a, b) => b.count - a.count || a.label - b.label || a.predicted - b.predicted),
  };
}

function isSuspected(table: RunTable, { row, label, predicted }: JudgedImage, { threshold }: LabelConfidence): boolean {
  if (label === predicted) return false;
  // False for a class without labelled images, whose threshold is not known.
  return at(table.score, row) >= (threshold[predicted] ?? Number.NaN) && disagreement(table, row) >= leastDisagreement;
}

function disagreement(table: RunTable, row: number): number {
  return at(table.score, row) - mostSelfConfidence(table, row);
}

export function labelErrorOf(table: RunTable, row: number, { threshold }: LabelConfidence): LabelError {
  const label = at(table.label, row);
  const predicted = at(table.predicted, row);
  const score = at(table.score, row);
  const selfConfidence = recordedScore(table, row, label);
  const known = !Number.isNaN(selfConfidence);
  const given = known ? percent(selfConfidence) : `at most ${percent(mostSelfConfidence(table, row))}`;
  const average = percent(threshold[predicted] ?? Number.NaN);
  return {
    key: keyOf(table, row),
    label,
    predicted,
    score,
    selfConfidence: known ? selfConfidence : null,
    reason:
      `Scores ${percent(score)} for ${nameOfClass(table.classNames, predicted)}, no less than images with that label do ` +
      `on average (${average}), and ${given} for its own label, ${nameOfClass(table.classNames, label)}.`,
  };
}

function percent(share: number): string {
  const value = share * 100;
  return value > 0 && value < 0.1 ? 'under 0.1%' : `${value.toFixed(1)}%`;
}
