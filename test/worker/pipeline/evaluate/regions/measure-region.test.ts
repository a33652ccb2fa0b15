import { describe, expect, test } from 'vitest';
import { measureRegion } from '../../../../../src/worker/pipeline/evaluate/regions/measure-region.ts';

const seen = { width: 224, height: 224 };

/** The upper left quarter. */
const quarter = Uint8Array.from({ length: 224 * 224 }, (_, i) => (i % 224 < 112 && i < 112 * 224 ? 1 : 0));

const grid = (values: number[]) => ({ values: Float32Array.from(values), height: 2, width: 2 });

test('a map that is the same everywhere holds inside what chance gives', () => {
  expect(measureRegion(grid([3, 3, 3, 3]), { x: 56, y: 56 }, quarter, seen)).toEqual({
    hit: true,
    inside: 0.25,
    area: 0.25,
  });
});

test('evidence is counted as the map is drawn, without its negative part', () => {
  // Between cell centres the value falls in a straight line, and stays beyond them: 7/8 of a side's weight lies in its own half.
  const found = measureRegion(grid([1, 0, 0, 0]), { x: 56, y: 56 }, quarter, seen);
  expect(found?.inside).toBeCloseTo((7 / 8) ** 2, 3);
  const negative = measureRegion(grid([1, -100, -100, -100]), { x: 56, y: 56 }, quarter, seen);
  expect(negative?.inside).toBeCloseTo(1, 6);
});

describe('the pointing game', () => {
  test.each([
    ['inside', { x: 20, y: 100 }, true],
    ['beside, within 15 pixels', { x: 126, y: 56 }, true],
    ['beside, farther away', { x: 130, y: 56 }, false],
    ['off a corner: 14 pixels are too far where they lead both ways', { x: 126, y: 126 }, false],
  ])('%s', (_, peak, hit) => {
    expect(measureRegion(grid([1, 1, 1, 1]), peak, quarter, seen)?.hit).toBe(hit);
  });
});

test('nothing is said where the model saw nothing of the regions, or the map shows nothing', () => {
  expect(measureRegion(grid([1, 1, 1, 1]), { x: 0, y: 0 }, new Uint8Array(quarter.length), seen)).toBeNull();
  expect(measureRegion(grid([-1, 0, 0, -2]), { x: 0, y: 0 }, quarter, seen)).toBeNull();
});
