/** Every class of an opened image that there is something to say of. */

import type { OpenedImage } from '../details.ts';
import type { Report } from '../report.ts';
import { readQuestion } from './class-question.ts';
import { type Outcome, outcomeOf } from './outcome.ts';

export interface ClassDecision {
  class: number;
  /** Null: below the record's floor. */
  score: number | null;
  threshold: number;
  /** Whether the threshold is the address's and not the run's. */
  isChosen: boolean;
  outcome: Outcome;
  isMissing: boolean;
}

/** The highest score first. The class that the address asks about is held against the threshold that it names. */
export function decisionsOf(
  { multi }: Report,
  { row, multiLabel }: OpenedImage,
  params: URLSearchParams,
): ClassDecision[] {
  if (!multi || !multiLabel) return [];
  const { labels, unknown, scores } = multiLabel;
  const asked = readQuestion(params);
  return scores.map(({ class: index, score }) => {
    const chosen = asked?.class === index ? asked.threshold : null;
    const threshold = chosen ?? multi.thresholdOf(index);
    const isTrue = labels === null || unknown.includes(index) ? null : labels.includes(index);
    return {
      class: index,
      score,
      threshold,
      isChosen: chosen !== null,
      outcome: outcomeOf(score, threshold, isTrue),
      isMissing: multi.isMissing(row, index),
    };
  });
}
