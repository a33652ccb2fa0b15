import { at } from '../../explain/at.ts';
import { range } from '../clusters/numbers.ts';
import type { Calibration } from '../contract.ts';
import type { RunTable } from '../read/run-table.ts';
import { judgedImages } from './judged-images.ts';

/** As Guo et al. 2017 have it in their experiments. */
const binCount = 15;

/**
 * Reliability of the predicted class's score as a probability, over the labelled images. Bins are ((m - 1) / M, m / M], a score of 0
 * falls into the first; ECE = sum over bins of |B_m| / n * |accuracy - confidence| (Guo et al. 2017, equation 3), and the maximum
 * is their equation 5. Bins without images have zeros.
 * @returns null without labelled images, and when a score lies outside of 0 to 1, because it is no probability then
 */
export function calibrationOf(
  table: Pick<RunTable, 'label' | 'predicted' | 'score'>,
  bins = binCount,
): Calibration | null {
  const judged = [...judgedImages(table)];
  return reliability(
    judged.map(({ row }) => at(table.score, row)),
    judged.map(({ label, predicted }) => Number(label === predicted)),
    bins,
  );
}

/**
 * The same of any scores.
 * @param right 1 where what was scored is so, else 0
 * @returns null as `calibrationOf`
 */
export function reliability(scores: ArrayLike<number>, right: ArrayLike<number>, bins = binCount): Calibration | null {
  const sums = range(bins).map(() => ({ count: 0, correct: 0, confidence: 0 }));
  const images = scores.length;
  for (let i = 0; i < images; i += 1) {
    const score = at(scores, i);
    if (!(score >= 0 && score <= 1)) return null;
    const bin = at(sums, Math.max(0, Math.ceil(score * bins) - 1));
    bin.count += 1;
    bin.confidence += score;
    bin.correct += at(right, i);
  }
  if (images === 0) return null;
  let expectedError = 0;
  let maximumError = 0;
  const described = sums.map(({ count, correct, confidence }, bin): Calibration['bins'][number] => {
    const mean = confidence / Math.max(count, 1);
    const accuracy = correct / Math.max(count, 1);
    const error = Math.abs(accuracy - mean);
    expectedError += (count / images) * error;
    maximumError = Math.max(maximumError, error);
    return { from: bin / bins, to: (bin + 1) / bins, count, confidence: mean, accuracy };
  });
  return { expectedError, maximumError, bins: described };
}
