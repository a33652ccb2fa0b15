import { expect, test } from 'vitest';
import { wardClusters } from '../../../src/report/clusters/ward-clustering.ts';

/** Points around a middle, at fixed angles. */
const around = (x: number, y: number, count: number) =>
  Array.from({ length: count }, (_, i) => [x + 0.3 * Math.sin(i * 2.4), y + 0.3 * Math.cos(i * 2.4)]);

test('two bunches are two groups, whatever their sizes', () => {
  const groups = wardClusters([...around(0, 0, 20), ...around(5, 0, 6)]);
  expect(new Set(groups.slice(0, 20)).size).toBe(1);
  expect(new Set(groups.slice(20)).size).toBe(1);
  expect(groups[0]).not.toBe(groups[20]);
});

test('three bunches are three', () => {
  expect(new Set(wardClusters([...around(0, 0, 9), ...around(5, 0, 9), ...around(0, 5, 9)])).size).toBe(3);
});

test('a few points stay together', () => {
  expect(wardClusters(around(0, 0, 5))).toEqual([0, 0, 0, 0, 0]);
});
