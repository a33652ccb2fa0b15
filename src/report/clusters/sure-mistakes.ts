/**
 * Mistakes that are made as surely as correct answers. Ordinary confusions are mostly half-hearted; where a network takes one thing for another
 * because of something that it has learned to rely on, it is sure.
 */

import type { RunColumns } from './run-columns.ts';

/** A mistake is sure from this margin on, or from that of nearly all correct images, if it is higher. */
const leastMargin = 0.5;
const correctShare = 0.05;

export interface SureMistakes {
  /** Margin from which a mistake counts as sure. */
  margin: number;
  /** For each predicted class its false positives and the sure ones among them. */
  classes: Map<number, { all: number; sure: number }>;
}

export function findSureMistakes({ label, predicted, margin }: RunColumns): SureMistakes {
  const correct: number[] = [];
  const wrong: { predicted: number; margin: number }[] = [];
  for (let row = 0; row < label.length; row += 1) {
    const [truth = -1, answer = -1, own = 0] = [label[row], predicted[row], margin[row]];
    if (truth < 0 || answer < 0) continue;
    if (truth === answer) correct.push(own);
    else wrong.push({ predicted: answer, margin: own });
  }
  const threshold = Math.max(leastMargin, quantile(correct, correctShare));
  const classes: SureMistakes['classes'] = new Map();
  for (const mistake of wrong) {
    const counts = classes.get(mistake.predicted) ?? { all: 0, sure: 0 };
    counts.all += 1;
    if (mistake.margin >= threshold) counts.sure += 1;
    classes.set(mistake.predicted, counts);
  }
  return { margin: threshold, classes };
}

/** With linear interpolation; 0 for no values. */
function quantile(values: number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  const at = (sorted.length - 1) * share;
  const [low = 0, high = low] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return sorted.length === 0 ? 0 : low + (high - low) * (at - Math.floor(at));
}
