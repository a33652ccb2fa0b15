import { at } from '../../explain/at.ts';
import type { Mistake } from '../contract.ts';
import { keyOf, type RunTable } from '../read/run-table.ts';
import { judgedImages } from './judged-images.ts';

/** Rows of misclassified images, the most confident first, then in the order of the table. */
export function mistakeRows(table: Pick<RunTable, 'label' | 'predicted' | 'score'>): Int32Array {
  const rows: number[] = [];
  for (const { row, label, predicted } of judgedImages(table)) if (label !== predicted) rows.push(row);
  return Int32Array.from(rows).sort((a, b) => at(table.score, b) - at(table.score, a) || a - b);
}

export function mistakeOf(table: RunTable, row: number): Mistake {
  return {
    key: keyOf(table, row),
    label: at(table.label, row),
    predicted: at(table.predicted, row),
    score: at(table.score, row),
    margin: at(table.margin, row),
  };
}
