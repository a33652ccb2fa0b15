import { expect, test } from 'vitest';
import { rankSumPValue } from '../../../src/report/interventions/rank-sum.ts';

/** scipy.stats.mannwhitneyu(own, others, alternative='greater', method='asymptotic'), SciPy 1.15. */
test.each([
  [[1.2, 3.4, 2.2, 5, 4.1], [0.3, 1.1, 2.2, 0.5, 1.9, 0.2], 0.01405003],
  [[1, 1, 2, 2, 3], [0, 1, 1, 2, 2, 0], 0.10605607],
  [[3, 4, 5], [1, 2, 0], 0.04042779],
])('%j against %j', (own, others, expected) => {
  expect(rankSumPValue(own, others)).toBeCloseTo(expected, 6);
});

test('without values on a side nothing is known', () => {
  expect(rankSumPValue([], [1, 2])).toBe(1);
  expect(rankSumPValue([1, 2], [])).toBe(1);
});
