/** How much score images get for their own label: the thresholds of confident learning (Northcutt et al. 2021, section 3.1). */

import { isJudged, type RunTable, recordedScore, topCount } from '../read/run-table.ts';

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
  const sums = new Float64Array(classes);
  const counts = new Float64Array(classes);
  for (let row = 0; row < table.rows; row += 1) {
    if (!isJudged(table, row)) continue;
    const label = table.label[row] ?? -1;
    sums[label] = (sums[label] ?? 0) + mostSelfConfidence(table, row);
    counts[label] = (counts[label] ?? 0) + 1;
  }
  const images = counts.reduce((sum, count) => sum + count, 0);
  const overall = sums.reduce((sum, value) => sum + value, 0) / images;
  const threshold = sums.map((sum, label) => {
    const count = counts[label] ?? 0;
    if (count === 0) return Number.NaN;
    return count < fewestImages ? overall : sum / count;
  });
  return { threshold, overall };
}

/** Score of the image's label, or the most that it can be: no more than the last of the recorded scores, and than what they leave of 1. */
export function mostSelfConfidence(table: RunTable, row: number): number {
  const recorded = recordedScore(table, row, table.label[row] ?? -1);
  if (!Number.isNaN(recorded)) return recorded;
  let sum = 0;
  let last = 1;
  for (let at = row * topCount; at < (row + 1) * topCount; at += 1) {
    const score = table.topScore[at] ?? Number.NaN;
    if (Number.isNaN(score)) continue;
    sum += score;
    last = score;
  }
  // Sigmoid scores do not sum to 1.
  return sum > 1.001 ? last : Math.min(last, Math.max(0, 1 - sum));
}
