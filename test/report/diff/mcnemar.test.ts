import fc from 'fast-check';
import { expect, test } from 'vitest';
import { holdAmongMany, mcNemarChance } from '../../../src/report/diff/mcnemar.ts';

test('small numbers, by hand', () => {
  expect(mcNemarChance(0, 0)).toBe(1);
  expect(mcNemarChance(5, 5)).toBe(1);
  // 2 * 1/2^5
  expect(mcNemarChance(0, 5)).toBeCloseTo(0.0625, 12);
  // 2 * (1 + 10) / 2^10
  expect(mcNemarChance(9, 1)).toBeCloseTo(22 / 1024, 12);
  // 2 * (1 + 4) / 2^4
  expect(mcNemarChance(3, 1)).toBeCloseTo(0.625, 12);
});

test('large numbers do not overflow, and agree with the normal distribution', () => {
  // z = 1000 / sqrt(100000) = 3.1623: two-sided 0.00156 (with the correction for continuity).
  expect(mcNemarChance(49_500, 50_500)).toBeCloseTo(0.00158, 4);
  expect(mcNemarChance(0, 5000)).toBe(0);
});

test('the sides may be exchanged, and a chance lies between 0 and 1', () => {
  fc.assert(
    fc.property(fc.nat(500), fc.nat(500), (a, b) => {
      const chance = mcNemarChance(a, b);
      expect(chance).toBe(mcNemarChance(b, a));
      expect(chance).toBeGreaterThanOrEqual(0);
      expect(chance).toBeLessThanOrEqual(1);
      if (a > b) expect(mcNemarChance(a + 1, b)).toBeLessThan(chance);
    }),
  );
});

test('among many chances the small ones hold, and each may be larger the more there are', () => {
  // Benjamini and Hochberg 1995, section 3.2: of these fifteen, the four smallest.
  const paper = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
  ];
  expect(holdAmongMany(paper).filter(Boolean)).toHaveLength(4);
  expect(holdAmongMany([0.9, 0.04])).toEqual([false, false]);
  expect(holdAmongMany([0.04])).toEqual([true]);
  // The second is over its own 0.0125, but the fourth is under its own 0.05.
  expect(holdAmongMany([0.02, 0.03, 0.04, 0.045])).toEqual([true, true, true, true]);
  expect(holdAmongMany([])).toEqual([]);
});
