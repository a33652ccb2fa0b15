/** What the numbers of an output say they are, whatever made them. */

export type ScoreKind = 'logits' | 'probabilities' | 'log-probabilities' | 'costs' | 'shares' | 'embedding';

/** How far a float32 sum of probabilities may be from 1. */
const slack = 1e-3;
/** Two values of length 1 may be a sine and a cosine. */
const leastEmbedding = 3;

/**
 * - `probabilities`: 0 to 1, and each row adds up to 1;
 * - `log-probabilities`: the logarithms of such rows;
 * - `costs`: such logarithms with their sign changed, of which the lowest is the best;
 * - `shares`: 0 to 1, as sigmoids are, but also logits by chance;
 * - `embedding`: rows of length 1;
 * - `logits`: anything else.
 */
export function scoreKind(rows: readonly Float32Array[]): ScoreKind {
  const width = rows[0]?.length ?? 0;
  const all = (holds: (row: Float32Array) => boolean) => rows.length > 0 && rows.every(holds);
  const nearOne = (sum: number) => Math.abs(sum - 1) < slack;
  const total = (row: Float32Array, of: (value: number) => number) => row.reduce((sum, value) => sum + of(value), 0);
  const inside = all((row) => row.every((value) => value >= -1e-6 && value <= 1 + 1e-6));
  if (width > 1 && inside && all((row) => nearOne(total(row, (value) => value)))) return 'probabilities';
  const negative = all((row) => row.every((value) => value <= 1e-6));
  if (width > 1 && negative && all((row) => nearOne(total(row, Math.exp)))) return 'log-probabilities';
  const positive = all((row) => row.every((value) => value >= -1e-6));
  if (width > 1 && positive && all((row) => nearOne(total(row, (value) => Math.exp(-value))))) return 'costs';
  if (width >= leastEmbedding && all((row) => nearOne(total(row, (value) => value * value)))) return 'embedding';
  return inside ? 'shares' : 'logits';
}

/** The rows of `[images, width]`. */
export function rowsOf(values: Float32Array, images: number): Float32Array[] {
  const width = values.length / images;
  return Array.from({ length: images }, (_, image) => values.subarray(image * width, (image + 1) * width));
}

export function softmax(row: Float32Array): Float32Array {
  const largest = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = row.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

export function sigmoid(row: Float32Array): Float32Array {
  return row.map((value) => 1 / (1 + Math.exp(-value)));
}

/** The largest difference between two rows; infinite where a value is no number. */
export function distance(a: Float32Array, b: Float32Array): number {
  let largest = 0;
  for (const [i, value] of a.entries()) {
    const own = Math.abs(value - (b[i] ?? Number.NaN));
    if (Number.isNaN(own)) return Number.POSITIVE_INFINITY;
    largest = Math.max(largest, own);
  }
  return largest;
}
