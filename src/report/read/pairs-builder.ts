/** Gathers what records say of each class, a record at a time. How many classes there are is known when all have been seen. */

import { classesOf, pairsOf } from '../../shared/run/image-decisions.ts';
import type { RecordLine } from './record-line.ts';
import type { PairColumns } from './run-table.ts';

export class PairsBuilder {
  readonly #truth: Int8Array[] = [];
  readonly #scores: Float32Array[] = [];
  #classes = 0;
  #isUsed = false;

  add(record: RecordLine): void {
    const decided = record.status === 'done' && (record.scores !== undefined || record.scoresAbove !== undefined);
    if (!decided) {
      this.#truth.push(new Int8Array());
      this.#scores.push(new Float32Array());
      return;
    }
    this.#isUsed = true;
    this.#classes = Math.max(this.#classes, classesOf(record));
    const truth = new Int8Array(this.#classes).fill(-1);
    const scores = new Float32Array(this.#classes).fill(Number.NaN);
    for (const pair of pairsOf(record, this.#classes)) {
      if (pair.isTrue !== null) truth[pair.class] = pair.isTrue ? 1 : 0;
      if (pair.score !== null) scores[pair.class] = pair.score;
    }
    this.#truth.push(truth);
    this.#scores.push(scores);
  }

  /** Null where no record decides classes one by one. */
  finish(): PairColumns | null {
    if (!this.#isUsed) return null;
    const [rows, classes] = [this.#truth.length, this.#classes];
    const truth = new Int8Array(rows * classes).fill(-1);
    const scores = new Float32Array(rows * classes).fill(Number.NaN);
    for (const [row, own] of this.#truth.entries()) truth.set(own, row * classes);
    for (const [row, own] of this.#scores.entries()) scores.set(own, row * classes);
    return { classes, truth, scores };
  }
}

/** Those of several tables, one after another; null where none has any. @param tables with their numbers of rows */
export function joinPairs(tables: readonly { rows: number; pairs?: PairColumns }[]): PairColumns | null {
  const classes = tables.reduce((most, { pairs }) => Math.max(most, pairs?.classes ?? 0), 0);
  if (classes === 0) return null;
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const truth = new Int8Array(rows * classes).fill(-1);
  const scores = new Float32Array(rows * classes).fill(Number.NaN);
  let start = 0;
  for (const table of tables) {
    const { pairs } = table;
    for (let row = 0; pairs !== undefined && row < table.rows; row += 1) {
      const [from, to] = [row * pairs.classes, (row + 1) * pairs.classes];
      truth.set(pairs.truth.subarray(from, to), (start + row) * classes);
      scores.set(pairs.scores.subarray(from, to), (start + row) * classes);
    }
    start += table.rows;
  }
  return { classes, truth, scores };
}
