/** A run's pairs of an image and a class, with what is decided of each. */

import { at } from '../../explain/at.ts';
import { ClassNames } from '../../explain/class-names.ts';
import { UserError } from '../../explain/user-error.ts';
import { thresholdsOf, usualThreshold } from '../../shared/run/thresholds.ts';
import type { RunDescription } from '../read/run-description.ts';
import type { PairColumns, RunTable } from '../read/run-table.ts';

export interface PairTable extends PairColumns {
  rows: number;
  /** By class index. */
  thresholds: Float64Array;
  /** `[rows]`: 1 where anything is known of the image's labels. */
  labelled: Uint8Array;
}

export function pairTable(
  { rows, classNames }: Pick<RunTable, 'rows' | 'classNames'>,
  pairs: PairColumns,
  description: Pick<RunDescription, 'thresholds' | 'threshold'>,
): PairTable {
  const { classes, truth } = pairs;
  const labelled = Uint8Array.from({ length: rows }, (_, row) =>
    Number(truth.subarray(row * classes, (row + 1) * classes).some((value) => value >= 0)),
  );
  return { ...pairs, rows, labelled, thresholds: thresholdsFor(classes, classNames, description) };
}

/** Those of a complete run; else what its settings say, as far as the names that occur tell which class they mean. */
function thresholdsFor(
  classes: number,
  classNames: RunTable['classNames'],
  { thresholds, threshold }: Pick<RunDescription, 'thresholds' | 'threshold'>,
): Float64Array {
  if (thresholds !== null) {
    return Float64Array.from({ length: classes }, (_, index) => thresholds[index] ?? usualThreshold);
  }
  const names = classNames.map((name) => name ?? '');
  try {
    return thresholdsOf(threshold, classes, names.length === 0 ? null : new ClassNames(names, 'the class names'));
  } catch (error) {
    if (error instanceof UserError) return new Float64Array(classes).fill(usualThreshold);
    throw error;
  }
}

/** 1: true, 0: not, -1: unknown. */
export function truthOf({ truth, classes }: PairColumns, row: number, index: number): number {
  return at(truth, row * classes + index);
}

/** NaN below the record's floor. */
export function scoreOf({ scores, classes }: PairColumns, row: number, index: number): number {
  return at(scores, row * classes + index);
}

/** Scores are kept in single precision, so a threshold that was one of them is compared in it. */
export function isDecided(table: PairTable, row: number, index: number): boolean {
  return scoreOf(table, row, index) >= Math.fround(at(table.thresholds, index));
}

/** Classes of an image that fulfil a condition, ascending. */
export function classesWhere({ classes }: PairColumns, holds: (index: number) => boolean): number[] {
  const found: number[] = [];
  for (let index = 0; index < classes; index += 1) if (holds(index)) found.push(index);
  return found;
}
