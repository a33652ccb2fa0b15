import { describe, expect, test } from 'vitest';
import { colourTable } from '../../../src/shared/picture/colormap.ts';

const colourAt = (table: Uint8Array, step: number) => [...table.subarray(step * 3, step * 3 + 3)];

/** First, middle and last entries. Magma, viridis and inferno as matplotlib publishes them; jet from its corners. */
const published = [
  ['magma', [0, 0, 4], [183, 55, 121], [252, 253, 191]],
  ['viridis', [68, 1, 84], [33, 145, 140], [253, 231, 37]],
  ['inferno', [0, 0, 4], [188, 55, 84], [252, 255, 164]],
  ['jet', [0, 0, 128], [125, 255, 122], [128, 0, 0]],
] as const;

describe.each(published)('%s', (name, first, middle, last) => {
  test('begins, crosses its middle and ends in the published colours', () => {
    const table = colourTable(name);
    expect(table).toHaveLength(256 * 3);
    expect(colourAt(table, 0)).toEqual(first);
    colourAt(table, 128).forEach((level, i) => {
      expect(Math.abs(level - (middle[i] ?? -9))).toBeLessThanOrEqual(1);
    });
    expect(colourAt(table, 255)).toEqual(last);
  });
});

test('turbo goes from dark over blue, green and yellow to dark red', () => {
  const table = colourTable('turbo');
  const strongest = (step: number) => {
    const colour = colourAt(table, step);
    return ['red', 'green', 'blue'][colour.indexOf(Math.max(...colour))];
  };
  expect([32, 128, 200, 255].map(strongest)).toEqual(['blue', 'green', 'red', 'red']);
  expect(Math.max(...colourAt(table, 0))).toBeLessThan(80);
});

test.each(['magma', 'viridis', 'inferno', 'jet', 'turbo'] as const)('%s has no jumps', (name) => {
  const table = colourTable(name);
  for (let i = 3; i < table.length; i++) {
    expect(Math.abs((table[i] ?? 0) - (table[i - 3] ?? 0))).toBeLessThanOrEqual(16);
  }
});
