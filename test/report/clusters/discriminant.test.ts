import { expect, test } from 'vitest';
import { discriminant, heldOutAuc, heldOutProjections } from '../../../src/report/clusters/discriminant.ts';
import { mean } from '../../../src/report/clusters/numbers.ts';
import { scattered } from './scattered-points.ts';

test('a discriminant places points by how far they lie off the outside, in its standard deviations', () => {
  const outside = scattered(200, [], 1);
  const project = discriminant(scattered(60, [4], 2), outside);
  const projections = outside.map(project);
  expect(mean(projections)).toBeCloseTo(0, 10);
  expect(mean(projections.map((value) => value ** 2))).toBeCloseTo(1, 10);
  expect(project([4, 0, 0, 0, 0, 0])).toBeGreaterThan(4);
  expect(project([0, 4, 0, 0, 0, 0])).toBeLessThan(1.5);
});

test('members that share nothing lie with the outside once they are left out', () => {
  expect(mean(heldOutProjections(scattered(12, [], 3), scattered(100, [], 1)))).toBeLessThan(0.6);
  expect(mean(heldOutProjections(scattered(12, [3], 3), scattered(100, [], 1)))).toBeGreaterThan(2);
});

test('two groups are separated by what was not used to part them', () => {
  expect(heldOutAuc(scattered(20, [2], 4), scattered(30, [], 5))).toBeGreaterThan(0.95);
  expect(Math.abs(heldOutAuc(scattered(20, [], 4), scattered(30, [], 5)) - 0.5)).toBeLessThan(0.25);
});

test('groups too small to leave some out, and points that are all alike, are not separated', () => {
  expect(heldOutAuc(scattered(2, [9], 4), scattered(30, [], 5))).toBe(0.5);
  const same = Array.from({ length: 10 }, () => [1, 1, 1]);
  expect(heldOutAuc(same, same)).toBe(0.5);
});
