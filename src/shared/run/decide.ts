/** What is decided of an image or a text whose classes are decided one by one, and how its record says it. */

import type { ClassScore, DoneRecord, PairOutcome } from './record.ts';
import type { PlannedImage } from './run-plan.ts';

/** What is known of an image or a text: classes that are true, and those of which it is not known. */
export type KnownLabels = Pick<PlannedImage, 'labels' | 'unknown'>;

export type Decisions = Pick<
  DoneRecord,
  'decided' | 'decidedNames' | 'falsePositives' | 'falseNegatives' | 'scores' | 'scoresAbove' | 'correct'
>;

/** With more classes the record leaves low scores out. */
const mostScores = 256;
const floor = 0.01;

/**
 * @param scores of all classes by index, as the record has them
 * @param thresholds by class index
 * @param top the highest scores, which are recorded in any case
 */
export function decide(
  { labels = null, unknown = [] }: KnownLabels,
  scores: readonly number[],
  thresholds: readonly number[],
  className: (index: number) => string | null,
  top: readonly ClassScore[],
): Decisions {
  const decided = scores.flatMap((score, index) => (score >= (thresholds[index] ?? Number.NaN) ? [index] : []));
  const own = { decided, decidedNames: decided.map(className) };
  const recorded = recordedScores(scores, [...decided, ...(labels ?? []), ...top.map((entry) => entry.class)]);
  if (labels === null) return { ...own, ...recorded };
  const [isDecided, isTrue, isUnknown] = [new Set(decided), new Set(labels), new Set(unknown)];
  const falsePositives = decided.filter((index) => !isTrue.has(index) && !isUnknown.has(index));
  // A label that the model has no class for is missed by it.
  const falseNegatives = labels.filter((index) => !isDecided.has(index));
  const isJudged = scores.some((_, index) => !isUnknown.has(index));
  const correct = isJudged ? { correct: falsePositives.length + falseNegatives.length === 0 } : {};
  return { ...own, falsePositives, falseNegatives, ...recorded, ...correct };
}

function recordedScores(
  scores: readonly number[],
  always: readonly number[],
): Pick<Decisions, 'scores' | 'scoresAbove'> {
  if (scores.length <= mostScores) return { scores: [...scores] };
  const wanted = new Set(always);
  const classes = [...scores.keys()].filter((index) => wanted.has(index) || (scores[index] ?? 0) >= floor);
  return { scoresAbove: { floor, classes, scores: classes.map((index) => scores[index] ?? 0) } };
}

/** Undefined where the truth is not known. */
export function outcomeOf(
  { labels = null, unknown = [] }: KnownLabels,
  { decided = [] }: Decisions,
  index: number,
): PairOutcome | undefined {
  if (labels === null || unknown.includes(index)) return undefined;
  if (decided.includes(index)) return labels.includes(index) ? 'true-positive' : 'false-positive';
  return labels.includes(index) ? 'false-negative' : 'true-negative';
}

/** Those of the run's targets that name a class of an image. @param rank of the class among the image's scores, from 0 */
export function targetsNaming(
  targets: readonly string[],
  { labels = null }: KnownLabels,
  { decided = [], falsePositives = [], falseNegatives = [] }: Decisions,
  index: number,
  rank: number,
): string[] {
  const named = (target: string): boolean => {
    if (target === 'predicted') return decided.includes(index);
    if (target === 'label') return labels?.includes(index) === true;
    if (target === 'false-positives') return falsePositives.includes(index);
    if (target === 'false-negatives') return falseNegatives.includes(index);
    const top = Number(/^top:(\d+)$/.exec(target)?.[1]);
    return rank < top;
  };
  return targets.filter(named);
}
