import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sampleRows } from '../../../src/report/read/sample-rows.ts';

const keys = Array.from({ length: 1000 }, (_, i) => `photos/${i}.jpg`);
const rows = keys.map((_, i) => i);

test('as many rows as asked for, in their order, and all of them when they fit', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(999)), fc.nat(300), (some, most) => {
      const sample = sampleRows({ keys }, some, most);
      expect(sample).toHaveLength(Math.min(most, some.length));
      expect(sample).toEqual(some.filter((row) => sample.includes(row)));
    }),
    { numRuns: 50 },
  );
});

test('the choice depends on the keys, not on where they stand', () => {
  const backwards = sampleRows({ keys }, [...rows].reverse(), 50);
  expect([...backwards].sort((a, b) => a - b)).toEqual(sampleRows({ keys }, rows, 50));
});

test('a larger sample holds the smaller one, and both are spread over the set', () => {
  const small = sampleRows({ keys }, rows, 100);
  const large = sampleRows({ keys }, rows, 200);
  expect(small.every((row) => large.includes(row))).toBe(true);
  for (const quarter of [0, 1, 2, 3]) {
    const inQuarter = large.filter((row) => Math.floor(row / 250) === quarter).length;
    expect(inQuarter).toBeGreaterThan(25);
  }
});
