import type { ConfusionCell } from '../contract.ts';
import type { RunTable } from '../read/run-table.ts';
import { Tally } from '../tally.ts';
import { judgedImages } from './judged-images.ts';

/** Pairs of label and predicted class over the labelled images, the largest count first, then by label and predicted class. */
export function confusionCells(table: Pick<RunTable, 'label' | 'predicted'>): ConfusionCell[] {
  const counts = new Map<number, Tally<number>>();
  for (const { label, predicted } of judgedImages(table)) {
    const ofLabel = counts.get(label) ?? new Tally<number>();
    ofLabel.add(predicted);
    counts.set(label, ofLabel);
  }
  const cells = [...counts].flatMap(([label, ofLabel]) =>
    [...ofLabel].map(([predicted, count]): ConfusionCell => ({ label, predicted, count })),
  );
  return cells.sort((a, b) => b.count - a.count || a.label - b.label || a.predicted - b.predicted);
}
