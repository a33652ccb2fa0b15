import { expect, test } from 'vitest';
import { knnInliers } from '../../../src/report/clusters/knn-outliers.ts';

const spread = (count: number, x: number) =>
  Array.from({ length: count }, (_, i) => [x + Math.sin(i * 2.3), Math.cos(i)]);

/** Of each point, whether it stays. */
function sharesWithOthers(points: readonly number[][], labels: readonly number[]): boolean[] {
  const members = points.map((point, place) => ({ point, label: labels[place] ?? -1 }));
  const inliers = new Set(knnInliers(members));
  return members.map((member) => inliers.has(member));
}

test('a class whose members lie apart from those of the others does not belong', () => {
  const points = [...spread(20, 0), ...spread(20, 0.2), ...spread(15, 8)];
  const labels = points.map((_, at) => (at < 20 ? 1 : at < 40 ? 2 : 3));
  const belongs = sharesWithOthers(points, labels);
  expect(belongs.slice(40)).toEqual(Array(15).fill(false));
  expect(belongs.slice(0, 40).filter(Boolean).length).toBeGreaterThanOrEqual(34);
});

test('of a class with two kinds of members, those that look like the others stay', () => {
  const points = [...spread(20, 0), ...spread(20, 0.2), ...spread(10, 0.1), ...spread(10, 8)];
  const labels = points.map((_, at) => (at < 20 ? 1 : at < 40 ? 2 : 3));
  const belongs = sharesWithOthers(points, labels);
  expect(belongs.slice(40, 50).filter(Boolean).length).toBeGreaterThanOrEqual(8);
  expect(belongs.slice(50)).toEqual(Array(10).fill(false));
});

test('a group of one class, or of few images, stays whole', () => {
  expect(sharesWithOthers([...spread(20, 0), ...spread(3, 9)], Array(23).fill(1))).toEqual(Array(23).fill(true));
  expect(sharesWithOthers([...spread(5, 0), ...spread(5, 9)], [...Array(5).fill(1), ...Array(5).fill(2)])).toEqual(
    Array(10).fill(true),
  );
});
