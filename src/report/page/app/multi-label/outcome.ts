/** What the decision about one class is, beside the truth: by image, and counted. */

import type { ClassColumns } from './multi-label.ts';

export const outcomes = {
  'true-positive': 'right',
  'false-positive': 'false positive',
  'false-negative': 'missed',
  'true-negative': 'rightly not decided',
  unknown: 'truth unknown',
} as const;

export type Outcome = keyof typeof outcomes;

export function outcomeTone(outcome: Outcome): 'wrong' | 'right' | '' {
  if (outcome === 'unknown') return '';
  return outcome.startsWith('false') ? 'wrong' : 'right';
}

/** @param score null or NaN: below the record's floor, and so below every threshold @param isTrue null: unknown */
export function outcomeOf(score: number | null, threshold: number, isTrue: boolean | null): Outcome {
  if (isTrue === null) return 'unknown';
  const isDecided = reaches(score, threshold);
  if (isTrue) return isDecided ? 'true-positive' : 'false-negative';
  return isDecided ? 'false-positive' : 'true-negative';
}

/** Scores on the page are float32: one that is the threshold must not fall below it by rounding. */
export function reaches(score: number | null, threshold: number): boolean {
  return score !== null && score >= Math.fround(threshold);
}

export function outcomeAt({ scores, truth }: ClassColumns, row: number, threshold: number): Outcome {
  const own = truth[row] ?? -1;
  return outcomeOf(scores[row] ?? null, threshold, own === -1 ? null : own === 1);
}

export type OutcomeCounts = Record<Outcome, number>;

export function countOutcomes(columns: ClassColumns, threshold: number): OutcomeCounts {
  const counts = { 'true-positive': 0, 'false-positive': 0, 'false-negative': 0, 'true-negative': 0, unknown: 0 };
  for (let row = 0; row < columns.truth.length; row += 1) counts[outcomeAt(columns, row, threshold)] += 1;
  return counts;
}

export interface Rates {
  /** Null where nothing is decided, where nothing is true, and where neither is. */
  precision: number | null;
  recall: number | null;
  f1: number | null;
}

export function ratesOf(counts: OutcomeCounts): Rates {
  const right = counts['true-positive'];
  const decided = right + counts['false-positive'];
  const positives = right + counts['false-negative'];
  return {
    precision: decided === 0 ? null : right / decided,
    recall: positives === 0 ? null : right / positives,
    f1: decided + positives === 0 ? null : (2 * right) / (decided + positives),
  };
}
