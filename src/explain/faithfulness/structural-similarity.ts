import { filtered, gaussianKernel } from './blur.ts';

/** Of the Gaussian window, in cells, and the constants for values from 0 to 1 (Wang et al. 2004, section III). */
const deviation = 1.5;
const radius = 5;
const [c1, c2] = [0.01 ** 2, 0.03 ** 2];

/**
 * SSIM of two maps `[height, width]`, each scaled from 0 to 1 first: the mean over all cells of how alike they are around the cell
 * in brightness, contrast and structure (Wang et al. 2004, section III). 1 for equal maps. Null where all values of a map are equal.
 */
export function structuralSimilarity(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  size: { height: number; width: number },
): number | null {
  const [x, y] = [unitRange(a), unitRange(b)];
  if (x === null || y === null) return null;
  const kernel = gaussianKernel(deviation, radius);
  const mean = (values: Float64Array) => filtered(values, size, kernel);
  const product = (left: Float64Array, right: Float64Array) => left.map((value, i) => value * (right[i] ?? 0));
  const [meanX, meanY, squareX, squareY, both] = [x, y, product(x, x), product(y, y), product(x, y)].map(mean);
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const [mx, my] = [meanX?.[i] ?? 0, meanY?.[i] ?? 0];
    const [varianceX, varianceY] = [(squareX?.[i] ?? 0) - mx * mx, (squareY?.[i] ?? 0) - my * my];
    const covariance = (both?.[i] ?? 0) - mx * my;
    sum += ((2 * mx * my + c1) * (2 * covariance + c2)) / ((mx * mx + my * my + c1) * (varianceX + varianceY + c2));
  }
  return sum / x.length;
}

function unitRange(values: ArrayLike<number>): Float64Array | null {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i] ?? 0);
    high = Math.max(high, values[i] ?? 0);
  }
  return high > low ? Float64Array.from(values, (value) => (value - low) / (high - low)) : null;
}
