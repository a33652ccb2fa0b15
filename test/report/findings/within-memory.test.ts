import { expect, test } from 'vitest';
import { withinMemory } from '../../../src/report/findings/within-memory.ts';
import { isMistake } from '../../../src/report/read/run-table.ts';
import { answered, tableOf } from '../hand-made.ts';

const table = tableOf([
  ...Array.from({ length: 30 }, (_, i) => answered(`wrong/${i}.jpg`, 0, 1)),
  ...Array.from({ length: 100 }, (_, i) => answered(`right/${i}.jpg`, 0, 0)),
]);
const all = Int32Array.from({ length: 130 }, (_, row) => row);

function sides(most: number): { mistakes: number; correct: number } {
  const rows = withinMemory(table, all, most);
  expect([...rows]).toEqual([...new Set(rows)].sort((a, b) => a - b));
  const mistakes = [...rows].filter((row) => isMistake(table, row)).length;
  return { mistakes, correct: rows.length - mistakes };
}

test('what fits is left as it is', () => {
  expect(withinMemory(table, all, 130)).toBe(all);
});

test('mistakes and correct images share what there is', () => {
  expect(sides(40)).toEqual({ mistakes: 20, correct: 20 });
});

test('a side that does not need its half leaves it to the other', () => {
  expect(sides(100)).toEqual({ mistakes: 30, correct: 70 });
  const mostlyWrong = Int32Array.from({ length: 35 }, (_, row) => row);
  expect(withinMemory(table, mostlyWrong, 20)).toHaveLength(20);
});
