import { expect, test } from 'vitest';
import { signedRankPValue } from '../../../src/report/interventions/signed-rank.ts';

/** scipy.stats.wilcoxon(differences, alternative='greater', method='asymptotic', correction=True), SciPy 1.17. */
test.each([
  [[1.5, 2.25, -0.5, 3, 0.75, 4, 1, -2, 5, 2], 0.018267992],
  [[1, 1, 1, -1, 2, 2, -2, 0, 3, 0], 0.09984296],
  [new Array<number>(8).fill(0.1), 0.00298104],
  [[-1, -2, -3, 1], 0.92961361],
])('%j', (differences, expected) => {
  expect(signedRankPValue(differences)).toBeCloseTo(expected, 6);
});

test('without a difference nothing is known', () => {
  expect(signedRankPValue([])).toBe(1);
  expect(signedRankPValue([0, 0])).toBe(1);
});
