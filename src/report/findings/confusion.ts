import type { ConfusionCell } from '../contract.ts';
import { isJudged, type RunTable } from '../read/run-table.ts';

/** Pairs of label and predicted class over the labelled images, the largest count first, then by label and predicted class. */
export function confusionCells(table: Pick<RunTable, 'rows' | 'label' | 'predicted'>): ConfusionCell[] {
  const counts = new Map<number, Map<number, number>>();
  for (let row = 0; row < table.rows; row += 1) {
    if (!isJudged(table, row)) continue;
    const label = table.label[row] ?? -1;
    const predicted = table.predicted[row] ?? -1;
    let ofLabel = counts.get(label);
    if (ofLabel === undefined) {
      ofLabel = new Map();
      counts.set(label, ofLabel);
    }
    ofLabel.set(predicted, (ofLabel.get(predicted) ?? 0) + 1);
  }
  const cells = [...counts].flatMap(([label, ofLabel]) =>
    [...ofLabel].map(([predicted, count]): ConfusionCell => ({ label, predicted, count })),
  );
  return cells.sort((a, b) => b.count - a.count || a.label - b.label || a.predicted - b.predicted);
}
