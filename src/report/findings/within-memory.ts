import { isMistake, type RunTable } from '../read/run-table.ts';
import { sampleRows } from '../read/sample-rows.ts';

/**
 * At most so many of the rows, ascending: samples of the mistakes and of the correct images. Each side has half of the places, and what
 * the other one leaves of its half.
 */
export function withinMemory(table: RunTable, rows: Int32Array, most: number): Int32Array {
  if (rows.length <= most) return rows;
  const mistakes: number[] = [];
  const correct: number[] = [];
  for (const row of rows) (isMistake(table, row) ? mistakes : correct).push(row);
  const half = Math.floor(most / 2);
  const forCorrect = Math.min(correct.length, Math.max(half, most - mistakes.length));
  const kept = [...sampleRows(table, mistakes, most - forCorrect), ...sampleRows(table, correct, forCorrect)];
  return Int32Array.from(kept).sort();
}
