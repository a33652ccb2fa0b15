/** Where images may have several labels: what the model decides of every class, of the picture as it is and covered. */

import type { Answer, ExplanationAnswer } from '../../../../explore/contract.ts';
import { unpackFloats } from '../../packed-array.ts';
import { reaches } from '../multi-label/outcome.ts';
import type { Report } from '../report.ts';

export interface ExploredDecision {
  class: number;
  threshold: number;
  before: ExploredScore;
  /** Null where nothing is covered. */
  after: ExploredScore | null;
}

export interface ExploredScore {
  score: number;
  /** Whether it reaches the class's threshold. */
  decided: boolean;
}

/** Of every class, those with the highest score in either picture first. */
export function exploredDecisions(report: Report, { original, covered }: ExplanationAnswer): ExploredDecision[] {
  const [before, after] = [scoresOf(original), covered && scoresOf(covered)];
  const decisions = [...before].map((score, index): ExploredDecision => {
    const threshold = report.multi?.thresholdOf(index) ?? 0.5;
    const scored = (own: number): ExploredScore => ({ score: own, decided: reaches(own, threshold) });
    return { class: index, threshold, before: scored(score), after: after && scored(after[index] ?? Number.NaN) };
  });
  const highest = (one: ExploredDecision) => Math.max(one.before.score, one.after?.score ?? 0);
  return decisions.sort((a, b) => highest(b) - highest(a) || a.class - b.class);
}

function scoresOf({ scores = '' }: Answer): Float32Array {
  return unpackFloats(scores);
}
