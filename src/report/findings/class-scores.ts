import type { ClassFinding, ConfusionCell } from '../contract.ts';

/**
 * Precision, recall and F1 of every class that is a label or a prediction, by class index.
 * Precision = TP / (TP + FP), recall = TP / (TP + FN), F1 = 2 TP / (2 TP + FP + FN).
 */
export function classScores(cells: readonly ConfusionCell[], classNames: readonly (string | null)[]): ClassFinding[] {
  const support = new Map<number, number>();
  const predictions = new Map<number, number>();
  const hits = new Map<number, number>();
  for (const { label, predicted, count } of cells) {
    support.set(label, (support.get(label) ?? 0) + count);
    predictions.set(predicted, (predictions.get(predicted) ?? 0) + count);
    if (label === predicted) hits.set(label, count);
  }
  const classes = [...new Set([...support.keys(), ...predictions.keys()])].sort((a, b) => a - b);
  return classes.map((index): ClassFinding => {
    const labelled = support.get(index) ?? 0;
    const predicted = predictions.get(index) ?? 0;
    const truePositives = hits.get(index) ?? 0;
    return {
      class: index,
      name: classNames[index] ?? null,
      support: labelled,
      predicted,
      truePositives,
      falsePositives: predicted - truePositives,
      falseNegatives: labelled - truePositives,
      precision: share(truePositives, predicted),
      recall: share(truePositives, labelled),
      f1: share(2 * truePositives, labelled + predicted),
    };
  });
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
