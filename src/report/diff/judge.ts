/** When an image is right, and has the same labels in both runs: its one label, or all of its classes. */

import { at } from '../../explain/at.ts';
import { classesWhere, isDecided, type PairTable, pairTable, truthOf } from '../pairs/pair-table.ts';
import type { RunDescription } from '../read/run-description.ts';
import { isJudged, type RunTable } from '../read/run-table.ts';

export interface JudgedRuns {
  isRelabelled(from: number, to: number): boolean;
  /** Of the later run. */
  isJudged(to: number): boolean;
  wasRight(from: number): boolean;
  isRight(to: number): boolean;
  /** Of an image without labels. */
  isAnsweredAlike(from: number, to: number): boolean;
}

/** The pairs of both runs. */
export interface PairsOfRuns {
  before: PairTable;
  after: PairTable;
}

/** Null where an image has one label in either run. */
export function pairsOfRuns(
  before: { table: RunTable; description: RunDescription },
  after: { table: RunTable; description: RunDescription },
): PairsOfRuns | null {
  if (before.table.pairs === undefined || after.table.pairs === undefined) return null;
  return {
    before: pairTable(before.table, before.table.pairs, before.description),
    after: pairTable(after.table, after.table.pairs, after.description),
  };
}

export function judgeRuns(before: RunTable, after: RunTable, pairs: PairsOfRuns | null): JudgedRuns {
  return pairs === null ? byLabel(before, after) : byPairs(pairs);
}

function byLabel(before: RunTable, after: RunTable): JudgedRuns {
  const isRight = (table: RunTable, row: number) => table.predicted[row] === table.label[row];
  return {
    isRelabelled: (from, to) => before.label[from] !== after.label[to],
    isJudged: (to) => isJudged(after, to),
    // Both runs have the same label where this is asked.
    wasRight: (from) => isRight(before, from),
    isRight: (to) => isRight(after, to),
    isAnsweredAlike: (from, to) => before.predicted[from] === after.predicted[to],
  };
}

function byPairs({ before, after }: PairsOfRuns): JudgedRuns {
  const isRight = (table: PairTable, row: number) =>
    classesWhere(table, (index) => isWrong(table, row, index)).length === 0;
  const labels = (table: PairTable, row: number) =>
    classesWhere(table, () => true)
      .map((index) => truthOf(table, row, index))
      .join();
  const decided = (table: PairTable, row: number) =>
    classesWhere(table, (index) => isDecided(table, row, index)).join();
  return {
    isRelabelled: (from, to) => labels(before, from) !== labels(after, to),
    isJudged: (to) => at(after.labelled, to) === 1,
    wasRight: (from) => isRight(before, from),
    isRight: (to) => isRight(after, to),
    isAnsweredAlike: (from, to) => decided(before, from) === decided(after, to),
  };
}

function isWrong(table: PairTable, row: number, index: number): boolean {
  const truth = truthOf(table, row, index);
  return truth >= 0 && (truth === 1) !== isDecided(table, row, index);
}
