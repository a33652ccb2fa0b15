import { at } from '../../explain/at.ts';
import type { RunTable } from '../read/run-table.ts';

export interface JudgedImage {
  row: number;
  label: number;
  predicted: number;
}

/** The images that are explained and labelled, so right or wrong, in the order of the table. */
export function* judgedImages(run: Pick<RunTable, 'label' | 'predicted'>): Generator<JudgedImage> {
  for (const [row, label] of run.label.entries()) {
    const predicted = at(run.predicted, row);
    if (label >= 0 && predicted >= 0) yield { row, label, predicted };
  }
}
