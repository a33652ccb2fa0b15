/** How much score images get for their own label: the thresholds of confident learning (Northcutt et al. 2021, section 3.1). */

import { at } from '../../explain/at.ts';
import { range, sum } from '../clusters/numbers.ts';
import { type RunTable, recordedScore, topCount } from '../read/run-table.ts';
import { Tally } from '../tally.ts';
import { judgedImages } from './judged-images.ts';

/** With fewer labelled images a class's own mean says little, and the mean over all images stands in. */
const fewestImages = 5;

export interface LabelConfidence {
  /** By class: mean score of the class over the images with its label (t_j in the paper). NaN where there are none. */
  threshold: Float64Array;
  /** Mean score of the label over all labelled images. */
  overall: number;
}

/**
 * Records hold the five highest scores only. Where the label is not among them, the most that it can have stands in, so a threshold is
 * too high rather than too low, and fewer labels are suspected.
 */
export function labelConfidence(table: RunTable): LabelConfidence {
  const classes = table.label.reduce((most, label) => Math.max(most, label + 1), 0);
  const [scores, counts] = [new Tally<number>(), new Tally<number>()];
  for (const { row, label } of judgedImages(table)) {
    scores.add(label, mostSelfConfidence(table, row));
    counts.add(label);
  }
  const overall = sum(range(classes).map((label) => scores.of(label))) / sum([...counts.values()]);
  const threshold = Float64Array.from({ length: classes }, (_, label) => {
    const count = counts.of(label);
    return count > 0 && count < fewestImages ? overall : scores.of(label) / count;
  });
  return { threshold, overall };
}

/** Score of the image's label, or the most that it can be: no more than the last of the recorded scores, and than what they leave of 1. */
export function mostSelfConfidence(table: RunTable, row: number): number {
  const recorded = recordedScore(table, row, at(table.label, row));
  if (!Number.isNaN(recorded)) return recorded;
  let total = 0;
  let last = 1;
  for (const score of table.topScore.subarray(row * topCount, (row + 1) * topCount)) {
    if (Number.isNaN(score)) continue;
    total += score;
    last = score;
  }
  // Sigmoid scores do not sum to 1.
  return total > 1.001 ? last : Math.min(last, Math.max(0, 1 - total));
}
