import { expect, test } from 'vitest';
import { joinSameCauses } from '../../../src/report/clusters/same-cause.ts';
import { scattered } from './scattered-points.ts';

const others = scattered(80, [], 1);
const sorted = (groups: number[][]) => groups.map((places) => [...places].sort((a, b) => a - b));
const places = (from: number, count: number) => Array.from({ length: count }, (_, at) => from + at);

test('light and dark pictures with one mark are one group', () => {
  // What the mark adds is the same in both parts; what else parts them is the light.
  const own = [...scattered(15, [5, 1], 2), ...scattered(12, [5, -1], 3)];
  const groups = joinSameCauses([places(0, 15), places(15, 12)], [{ own, others }]);
  expect(sorted(groups)).toEqual([places(0, 27)]);
});

test('two marks of one class stay apart, though both look like the class', () => {
  const own = [...scattered(15, [2, 5, 0], 2), ...scattered(12, [2, 0, 5], 3)];
  const groups = [places(0, 15), places(15, 12)];
  expect(sorted(joinSameCauses(groups, [{ own, others }]))).toEqual(groups);
});

test('views that disagree are weighed, the first for two', () => {
  const alike = { own: [...scattered(15, [5], 2), ...scattered(12, [5], 3)], others };
  const unlike = { own: [...scattered(15, [5, 0], 2), ...scattered(12, [0, 5], 3)], others };
  const groups = [places(0, 15), places(15, 12)];
  expect(joinSameCauses(groups, [alike, unlike])).toHaveLength(1);
  expect(joinSameCauses(groups, [unlike, alike])).toHaveLength(2);
});

test('groups that nothing sets apart from other mistakes are left as they are', () => {
  const own = [...scattered(10, [], 2), ...scattered(10, [], 3)];
  expect(joinSameCauses([], [{ own, others }])).toEqual([]);
  expect(joinSameCauses([places(0, 10)], [{ own, others }])).toEqual([places(0, 10)]);
});
