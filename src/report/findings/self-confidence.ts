/** What a record says of the score of its own label. */

import { at } from '../../explain/at.ts';
import { type RunTable, recordedScore, topCount } from '../read/run-table.ts';

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
