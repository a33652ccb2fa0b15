/** What scores say of one class, beside the truth: by rank, whatever the threshold, and at each threshold. */

/** Scores of images of which it is known whether the class is true; 1 in `truth` where it is, else 0. */
export interface ScoredTruth {
  scores: ArrayLike<number>;
  truth: ArrayLike<number>;
}

/** Everything with at least this score is decided: how much of it is true, and how much is left. */
export interface Operating {
  threshold: number;
  truePositives: number;
  falsePositives: number;
}

/** One entry for each score that occurs, the highest first: ties are decided together. */
export function operatingPoints({ scores, truth }: ScoredTruth): Operating[] {
  const order = Float64Array.from(scores);
  const ranked = Uint32Array.from({ length: order.length }, (_, i) => i).sort(
    (a, b) => (order[b] ?? 0) - (order[a] ?? 0),
  );
  const points: Operating[] = [];
  let [truePositives, falsePositives] = [0, 0];
  for (const [rank, place] of ranked.entries()) {
    if (truth[place] === 1) truePositives += 1;
    else falsePositives += 1;
    const threshold = order[place] ?? Number.NaN;
    if (order[ranked[rank + 1] ?? -1] !== threshold) points.push({ threshold, truePositives, falsePositives });
  }
  return points;
}

/** Sum over the thresholds n of (R_n - R_(n-1)) P_n, as scikit-learn's `average_precision_score` has it; null where nothing is true. */
export function averagePrecision(points: readonly Operating[]): number | null {
  const positives = points.at(-1)?.truePositives ?? 0;
  if (positives === 0) return null;
  let [sum, before] = [0, 0];
  for (const { truePositives, falsePositives } of points) {
    sum += ((truePositives - before) / positives) * (truePositives / (truePositives + falsePositives));
    before = truePositives;
  }
  return sum;
}

/**
 * Area under the receiver operating characteristic: the probability that a true one scores higher than another, ties counted half (Hanley and
 * McNeil 1982); null where all or none are true.
 */
export function auroc(points: readonly Operating[]): number | null {
  const last = points.at(-1);
  if (last === undefined || last.truePositives === 0 || last.falsePositives === 0) return null;
  let area = 0;
  let before = { truePositives: 0, falsePositives: 0 };
  for (const point of points) {
    area += ((point.falsePositives - before.falsePositives) * (point.truePositives + before.truePositives)) / 2;
    before = point;
  }
  return area / (last.truePositives * last.falsePositives);
}

/** The threshold with the highest F1 = 2 TP / (2 TP + FP + FN), the highest of equal ones; null where nothing is true. */
export function bestF1(points: readonly Operating[]): { threshold: number; f1: number } | null {
  const positives = points.at(-1)?.truePositives ?? 0;
  if (positives === 0) return null;
  let best = { threshold: Number.POSITIVE_INFINITY, f1: -1 };
  for (const { threshold, truePositives, falsePositives } of points) {
    const f1 = (2 * truePositives) / (truePositives + falsePositives + positives);
    if (f1 > best.f1) best = { threshold, f1 };
  }
  return best;
}
