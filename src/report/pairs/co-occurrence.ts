/** Classes that come together, and classes that are decided falsely where another one is true. */

import { at } from '../../explain/at.ts';
import { range } from '../clusters/numbers.ts';
import type { CoOccurrence } from '../contract.ts';
import { fisherChance } from './fisher.ts';
import { isDecided, type PairTable, scoreOf, truthOf } from './pair-table.ts';

/** A claim needs: improbable by chance among all pairs of classes, some images, and clearly more than without the other class. */
const claimLimits = { chance: 1e-3, fewest: 5, times: 2 };

/** A class that is decided where another one is true, before its maps are looked at. */
export interface Travelling {
  class: number;
  with: number;
  rows: number[];
  falsePositives: number;
  rate: number;
  otherwise: number | null;
  chance: number;
}

export interface FoundCoOccurrence extends Omit<CoOccurrence, 'travelling'> {
  travelling: Travelling[];
}

export function coOccurrence(table: PairTable): FoundCoOccurrence {
  const classes = range(table.classes);
  const falsePositives = classes.flatMap((index) => pairsOfClass(table, index));
  const tests = Math.max(1, classes.length * (classes.length - 1));
  return {
    together: together(table),
    falsePositives: falsePositives
      .map(({ rows: _, ...pair }) => ({ ...pair, chance: Math.min(1, pair.chance * tests) }))
      .sort((a, b) => a.class - b.class || b.count - a.count || a.with - b.with),
    travelling: classes.flatMap((index) => travelling(table, index, falsePositives, tests)).sort(byChance),
  };
}

function byChance(a: Travelling, b: Travelling): number {
  return a.chance - b.chance || b.rows.length - a.rows.length || a.class - b.class || a.with - b.with;
}

function together(table: PairTable): CoOccurrence['together'] {
  const counts = new Map<string, { a: number; b: number; count: number }>();
  for (let row = 0; row < table.rows; row += 1) {
    const own = range(table.classes).filter((index) => truthOf(table, row, index) === 1);
    for (const [place, a] of own.entries()) {
      for (const b of own.slice(place + 1)) {
        const pair = counts.get(`${a} ${b}`) ?? { a, b, count: 0 };
        pair.count += 1;
        counts.set(`${a} ${b}`, pair);
      }
    }
  }
  return [...counts.values()].sort((a, b) => b.count - a.count || a.a - b.a || a.b - b.b);
}

interface FalsePair {
  class: number;
  with: number;
  count: number;
  rate: number;
  otherwise: number | null;
  /** Of one test. */
  chance: number;
  rows: number[];
}

/** With every other class that is true of one of the class's false positives. */
function pairsOfClass(table: PairTable, index: number): FalsePair[] {
  const absent = range(table.rows).filter((row) => truthOf(table, row, index) === 0);
  if (!absent.some((row) => isDecided(table, row, index))) return [];
  return range(table.classes).flatMap((other) => {
    if (other === index) return [];
    const pair = falsePair(table, index, other, absent);
    return pair.count === 0 ? [] : [pair];
  });
}

/** @param absent images where the class is not true */
function falsePair(table: PairTable, index: number, other: number, absent: readonly number[]): FalsePair {
  const known = absent.filter((row) => truthOf(table, row, other) >= 0);
  const wrong = known.filter((row) => isDecided(table, row, index));
  const rows = wrong.filter((row) => truthOf(table, row, other) === 1);
  const marked = known.filter((row) => truthOf(table, row, other) === 1).length;
  const [count, without] = [rows.length, known.length - marked];
  return {
    class: index,
    with: other,
    count,
    rate: marked === 0 ? 0 : count / marked,
    otherwise: without === 0 ? null : (wrong.length - count) / without,
    chance: fisherChance(count, wrong.length, marked, known.length),
    rows: rows.sort((a, b) => scoreOf(table, b, index) - scoreOf(table, a, index) || a - b),
  };
}

/** The clearest first; one that only comes along with a clearer one says nothing of its own and is left out. */
function travelling(table: PairTable, index: number, pairs: readonly FalsePair[], tests: number): Travelling[] {
  const holds = ({ chance, count, rate, otherwise }: FalsePair) =>
    chance * tests < claimLimits.chance &&
    count >= claimLimits.fewest &&
    (otherwise === null || rate >= claimLimits.times * otherwise);
  const own = pairs.filter((pair) => pair.class === index);
  const falsePositives = range(table.rows).filter(
    (row) => truthOf(table, row, index) === 0 && isDecided(table, row, index),
  );
  let absent = range(table.rows).filter((row) => truthOf(table, row, index) === 0);
  const claimed: Travelling[] = [];
  for (const pair of own.filter(holds).sort((a, b) => a.chance - b.chance || a.with - b.with)) {
    if (claimed.length > 0 && !holds(falsePair(table, index, pair.with, absent))) continue;
    absent = absent.filter((row) => truthOf(table, row, pair.with) !== 1);
    const { rows, rate, otherwise, chance } = pair;
    const counts = { falsePositives: falsePositives.length, rate, otherwise };
    claimed.push({ class: index, with: pair.with, rows, ...counts, chance: Math.min(1, chance * tests) });
  }
  return claimed;
}

/** Classes that are true of an image, the one with the highest score first. */
export function trueClasses(table: PairTable, row: number): number[] {
  const score = (index: number) => at(table.scores, row * table.classes + index) || 0;
  return range(table.classes)
    .filter((index) => truthOf(table, row, index) === 1)
    .sort((a, b) => score(b) - score(a) || a - b);
}
