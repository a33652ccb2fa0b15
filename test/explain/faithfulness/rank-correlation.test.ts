import { expect, test } from 'vitest';
import { rankCorrelation } from '../../../src/explain/faithfulness/rank-correlation.ts';

test.each([
  ['of equal orders is 1, whatever the sizes', [1, 2, 3, 4], [-5, 0, 0.1, 1000], 1],
  ['of opposite orders is -1', [1, 2, 3, 4], [9, 7, 3, 1], -1],
  // 1 - 6 * (1 + 1 + 1 + 1 + 0) / (5 * 24)
  ['is one less six times the squared differences of ranks', [1, 2, 3, 4, 5], [2, 1, 4, 3, 5], 0.8],
  // Ranks 0.5 0.5 2 3 and 0 1 2 3: 4.5 / sqrt(4.5 * 5).
  ['gives equal values the mean of their ranks', [7, 7, 8, 9], [1, 2, 3, 4], 4.5 / Math.sqrt(4.5 * 5)],
])('%s', (_, a, b, expected) => {
  expect(rankCorrelation(a, b)).toBeCloseTo(expected, 12);
  expect(rankCorrelation(b, a)).toBeCloseTo(expected, 12);
});

test('of a constant is not defined', () => {
  expect(rankCorrelation([1, 1, 1], [1, 2, 3])).toBeNull();
});

test('of sides of different lengths is a mistake', () => {
  expect(() => rankCorrelation([1, 2], [1, 2, 3])).toThrow(RangeError);
});
