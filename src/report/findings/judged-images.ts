import { at } from '../../explain/at.ts';
import type { RunTable } from '../read/run-table.ts';

export interface JudgedImage {
  row: number;
  label: number;
  predicted: number;
}

/** The images that are explained and labelled, so right or wrong, in the order of the table. */
export function* judgedImages({
  label,
  predicted,
}: Pick<RunTable, 'label' | 'predicted'>): Generator<JudgedImage, void, undefined> {
  for (const [row, truth] of label.entries()) {
    const answer = at(predicted, row);
    if (truth >= 0 && answer >= 0) yield { row, label: truth, predicted: answer };
  }
}
