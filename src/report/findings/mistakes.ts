import type { Mistake } from '../contract.ts';
import { isMistake, keyOf, type RunTable } from '../read/run-table.ts';

/** Rows of misclassified images, the most confident first, then in the order of the table. */
export function mistakeRows(table: Pick<RunTable, 'rows' | 'label' | 'predicted' | 'score'>): Int32Array {
  const rows: number[] = [];
  for (let row = 0; row < table.rows; row += 1) if (isMistake(table, row)) rows.push(row);
  const { score } = table;
  return Int32Array.from(rows).sort((a, b) => (score[b] ?? 0) - (score[a] ?? 0) || a - b);
}

export function mistakeOf(table: RunTable, row: number): Mistake {
  return {
    key: keyOf(table, row),
    label: table.label[row] ?? -1,
    predicted: table.predicted[row] ?? -1,
    score: table.score[row] ?? Number.NaN,
    margin: table.margin[row] ?? Number.NaN,
  };
}
