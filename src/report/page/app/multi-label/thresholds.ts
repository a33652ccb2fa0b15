/** The thresholds that a reader can choose for a class, and what the run's curve says at each. */

import type { MultiLabelClass } from '../../../contract.ts';

type CurvePoint = MultiLabelClass['curve'][number];

/** Ascending: those of the curve, the run's own and the best; without a curve every hundredth. */
export function thresholdSteps({ curve, threshold, bestF1 }: MultiLabelClass): number[] {
  const known = curve.length > 0 ? curve.map((point) => point.threshold) : hundredths;
  const all = new Set([...known, threshold, ...(bestF1 ? [bestF1.threshold] : [])]);
  return [...all].sort((a, b) => a - b);
}

const hundredths = Array.from({ length: 101 }, (_, step) => step / 100);

/** Place of the step that is nearest. */
export function nearestStep(steps: readonly number[], threshold: number): number {
  return steps.reduce(
    (best, step, place) => (Math.abs(step - threshold) < Math.abs((steps[best] ?? 0) - threshold) ? place : best),
    0,
  );
}

/** What is decided from a threshold on, as the run's curve has it; null where nothing is, or there is no curve. */
export function pointAt({ curve }: MultiLabelClass, threshold: number): CurvePoint | null {
  return curve.findLast((point) => point.threshold >= threshold) ?? null;
}

/** The point of the curve that is nearest to a place in the chart. */
export function nearestPoint({ curve }: MultiLabelClass, at: { recall: number; precision: number }): CurvePoint | null {
  const distance = (point: CurvePoint) => Math.hypot(point.recall - at.recall, point.precision - at.precision);
  return curve.reduce<CurvePoint | null>(
    (best, point) => (best === null || distance(point) < distance(best) ? point : best),
    null,
  );
}
