/** Images whose label is more likely wrong than the model is: found from scores alone, and kept apart from mistakes. */

import type { LabelError } from '../contract.ts';
import { isJudged, isMistake, keyOf, type RunTable, recordedScore } from '../read/run-table.ts';
import { nameOfClass } from './class-name.ts';
import { type LabelConfidence, labelConfidence, mostSelfConfidence } from './label-confidence.ts';

/** Score of the predicted class minus that of the label, from which on the two disagree strongly. */
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
  const support = new Map<number, number>();
  const pairs = new Map<string, { label: number; predicted: number; rows: number[] }>();
  for (let row = 0; row < table.rows; row += 1) {
    if (!isJudged(table, row)) continue;
    const label = table.label[row] ?? -1;
    support.set(label, (support.get(label) ?? 0) + 1);
    if (!isSuspected(table, row, confidence)) continue;
    const predicted = table.predicted[row] ?? -1;
    const pair = pairs.get(`${label} ${predicted}`) ?? { label, predicted, rows: [] };
    pair.rows.push(row);
    pairs.set(`${label} ${predicted}`, pair);
  }
  const rows: number[] = [];
  const leftOut: SuspectedLabels['leftOut'] = [];
  for (const { label, predicted, rows: ofPair } of pairs.values()) {
    const most = mostOfClass * (support.get(label) ?? 0);
    if (ofPair.length >= fewestOfPair && ofPair.length > most) leftOut.push({ label, predicted, count: ofPair.length });
    else for (const row of ofPair) rows.push(row);
  }
  return {
    rows: rows.sort((a, b) => disagreement(table, b) - disagreement(table, a) || a - b),
    leftOut: leftOut.sort((a, b) => b.count - a.count || a.label - b.label || a.predicted - b.predicted),
  };
}

function isSuspected(table: RunTable, row: number, { threshold }: LabelConfidence): boolean {
  if (!isMistake(table, row)) return false;
  const needed = threshold[table.predicted[row] ?? -1] ?? Number.NaN;
  // False for a class without labelled images, whose threshold is not known.
  return (table.score[row] ?? 0) >= needed && disagreement(table, row) >= leastDisagreement;
}

function disagreement(table: RunTable, row: number): number {
  return (table.score[row] ?? 0) - mostSelfConfidence(table, row);
}

export function labelErrorOf(table: RunTable, row: number, { threshold }: LabelConfidence): LabelError {
  const label = table.label[row] ?? -1;
  const predicted = table.predicted[row] ?? -1;
  const score = table.score[row] ?? Number.NaN;
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
