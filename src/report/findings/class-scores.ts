import type { ClassFinding, ConfusionCell } from '../contract.ts';
import { Tally } from '../tally.ts';

/**
 * Precision, recall and F1 of every class that is a label or a prediction, by class index.
 * Precision = TP / (TP + FP), recall = TP / (TP + FN), F1 = 2 TP / (2 TP + FP + FN).
 */
export function classScores(cells: readonly ConfusionCell[], classNames: readonly (string | null)[]): ClassFinding[] {
  const [support, predictions, hits] = [new Tally<number>(), new Tally<number>(), new Tally<number>()];
  for (const { label, predicted, count } of cells) {
    support.add(label, count);
    predictions.add(predicted, count);
    if (label === predicted) hits.add(label, count);
  }
  const classes = [...new Set([...support.keys(), ...predictions.keys()])].sort((a, b) => a - b);
  return classes.map((index): ClassFinding => {
    const labelled = support.of(index);
    const predicted = predictions.of(index);
    const truePositives = hits.of(index);
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
