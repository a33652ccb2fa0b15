import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shrinkGrid } from '../../../../src/worker/pipeline/evidence/shrink-grid.ts';

test('a heatmap that fits is kept as it is', () => {
  const grid = { height: 2, width: 3, values: Float32Array.of(1, 2, 3, 4, 5, 6) };
  expect(shrinkGrid(grid, 3)).toEqual(grid);
});

test('each new cell is the mean of the old area, parts of cells included', () => {
  const values = Float32Array.of(3, 6, 9);
  expect(shrinkGrid({ height: 1, width: 3, values }, 2).values).toEqual(Float32Array.of(4, 8));
  const columns = { height: 3, width: 1, values };
  expect(shrinkGrid(columns, 2)).toEqual({ height: 2, width: 1, values: Float32Array.of(4, 8) });
});

test('the mean of the whole stays', () => {
  const side = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(side, side, fc.integer({ min: 1, max: 32 }), fc.integer(), (height, width, limit, seed) => {
      const values = Float32Array.from({ length: height * width }, (_, i) => Math.sin(seed + i * 1.7));
      const small = shrinkGrid({ height, width, values }, limit);
      expect([small.height, small.width]).toEqual([Math.min(height, limit), Math.min(width, limit)]);
      expect(mean(small.values)).toBeCloseTo(mean(values), 5);
    }),
    { numRuns: 60 },
  );
});

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
