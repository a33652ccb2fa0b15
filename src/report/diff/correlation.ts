import { at } from '../../explain/at.ts';
import { mean } from '../clusters/numbers.ts';

/**
 * Pearson's correlation of the positive parts of two heatmaps of one size: what the overlays show. NaN where one of them has the same
 * value everywhere.
 */
export function heatmapCorrelation(a: Float32Array, b: Float32Array): number {
  const [offA, offB] = [deviations(a), deviations(b)];
  const scale = Math.sqrt(dot(offA, offA) * dot(offB, offB));
  return scale === 0 ? Number.NaN : Math.max(-1, Math.min(1, dot(offA, offB) / scale));
}

/** Of the positive part from its mean. */
function deviations(values: Float32Array): number[] {
  const positive = Array.from(values, (value) => Math.max(0, value));
  const middle = mean(positive);
  return positive.map((value) => value - middle);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * at(b, i), 0);
}
