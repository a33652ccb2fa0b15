import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { csvText } from '../../../src/report/export/csv-text.ts';

test('what a spreadsheet would take for a formula is text', () => {
  const dangerous = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '=cmd|"/c calc"!A1'];
  const [row] = parse(csvText([dangerous]));
  expect(row).toEqual(dangerous.map((text) => `'${text}`));
});

test('everything else stays as it is: quotes, commas, line breaks, numbers below zero', () => {
  const cells = ['a,b', 'say "x"', 'two\nlines', 'käse', 'a=b', '', -3, 0.5, true, false, null];
  const [row] = parse(csvText([cells]));
  expect(row).toEqual(['a,b', 'say "x"', 'two\nlines', 'käse', 'a=b', '', '-3', '0.5', 'true', 'false', '']);
});
