import type { Calibration } from '../contract.ts';
import { isJudged, type RunTable } from '../read/run-table.ts';

/** As Guo et al. 2017 have it in their experiments. */
const binCount = 15;

/**
 * Reliability of the predicted class's score as a probability, over the labelled images. Bins are ((m - 1) / M, m / M], a score of 0
 * falls into the first; ECE = sum over bins of |B_m| / n * |accuracy - confidence| (Guo et al. 2017, equation 3), and the maximum
 * is their equation 5. Bins without images have zeros.
 * @returns null without labelled images, and when a score lies outside of 0 to 1, because it is no probability then
 */
export function calibrationOf(
  table: Pick<RunTable, 'rows' | 'label' | 'predicted' | 'score'>,
  bins = binCount,
): Calibration | null {
  const count = new Float64Array(bins);
  const correct = new Float64Array(bins);
  const confidence = new Float64Array(bins);
  let images = 0;
  for (let row = 0; row < table.rows; row += 1) {
    if (!isJudged(table, row)) continue;
    const score = table.score[row] ?? Number.NaN;
    if (!(score >= 0 && score <= 1)) return null;
    const bin = Math.max(0, Math.ceil(score * bins) - 1);
    images += 1;
    count[bin] = (count[bin] ?? 0) + 1;
    confidence[bin] = (confidence[bin] ?? 0) + score;
    if (table.label[row] === table.predicted[row]) correct[bin] = (correct[bin] ?? 0) + 1;
  }
  if (images === 0) return null;
  let expectedError = 0;
  let maximumError = 0;
  const described = Array.from(count, (inBin, bin): Calibration['bins'][number] => {
    const mean = inBin === 0 ? 0 : (confidence[bin] ?? 0) / inBin;
    const accuracy = inBin === 0 ? 0 : (correct[bin] ?? 0) / inBin;
    const error = Math.abs(accuracy - mean);
    expectedError += (inBin / images) * error;
    maximumError = Math.max(maximumError, error);
    return { from: bin / bins, to: (bin + 1) / bins, count: inBin, confidence: mean, accuracy };
  });
  return { expectedError, maximumError, bins: described };
}
