/** The pairs of one image and the classes that may be true of it, as its record has them. */

import type { DoneRecord } from './record.ts';

export type Decisions = Pick<DoneRecord, 'labels' | 'unknown' | 'scores' | 'scoresAbove'>;

/** One class of an image. */
export interface Pair {
  class: number;
  /** Null where it is not known. */
  isTrue: boolean | null;
  /** Null where the record leaves it out, because it is below its floor. */
  score: number | null;
}

/** Every class in ascending order. @param classCount of the model: a record that leaves scores out does not say it */
export function* pairsOf({ labels, unknown, scores, scoresAbove }: Decisions, classCount: number): Generator<Pair> {
  const isTrue = new Set(labels);
  const isUnknown = new Set(unknown);
  const recorded = new Map(scoresAbove?.classes.map((index, i) => [index, scoresAbove.scores[i] ?? null]));
  for (let index = 0; index < classCount; index += 1) {
    yield {
      class: index,
      isTrue: labels == null || isUnknown.has(index) ? null : isTrue.has(index),
      score: (scores === undefined ? recorded.get(index) : scores[index]) ?? null,
    };
  }
}

/** How many classes the record speaks of. */
export function classesOf({ labels, unknown, scores, scoresAbove }: Decisions): number {
  if (scores !== undefined) return scores.length;
  const named = [...(labels ?? []), ...(unknown ?? []), ...(scoresAbove?.classes ?? [])];
  return named.reduce((most, index) => Math.max(most, index + 1), 0);
}
