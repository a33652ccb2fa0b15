/** Pairs of an image and a class that are decided wrongly. */

import { at } from '../../explain/at.ts';
import { range } from '../clusters/numbers.ts';
import type { PairMistake } from '../contract.ts';
import { keyOf, type RunTable } from '../read/run-table.ts';
import { isDecided, type PairTable, scoreOf, truthOf } from './pair-table.ts';

/** All false positives and false negatives, farthest from their threshold first. */
export function pairMistakes(run: Pick<RunTable, 'keys'>, table: PairTable): PairMistake[] {
  const found: { row: number; class: number; kind: PairMistake['kind']; score: number; threshold: number }[] = [];
  for (const index of range(table.classes)) {
    for (let row = 0; row < table.rows; row += 1) {
      const truth = truthOf(table, row, index);
      if (truth < 0 || (truth === 1) === isDecided(table, row, index)) continue;
      const kind = truth === 1 ? 'false-negative' : 'false-positive';
      const score = scoreOf(table, row, index) || 0;
      found.push({ row, class: index, kind, score, threshold: at(table.thresholds, index) });
    }
  }
  const distance = ({ score, threshold }: { score: number; threshold: number }) => Math.abs(score - threshold);
  return found
    .sort((a, b) => distance(b) - distance(a) || a.row - b.row || a.class - b.class)
    .map(({ row, ...mistake }) => ({ key: keyOf(run, row), ...mistake }));
}
