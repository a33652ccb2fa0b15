import { expect, test } from 'vitest';
import { mergeGroups, type View } from '../../../src/report/clusters/merge-groups.ts';
import type { Point } from '../../../src/report/clusters/points.ts';
import { scattered } from './scattered-points.ts';

const others = scattered(80, [], 1);
const sorted = (groups: number[][]) => groups.map((places) => [...places].sort((a, b) => a - b));
const places = (from: number, count: number) => Array.from({ length: count }, (_, at) => from + at);

/** Members are places in `own`. */
function view(own: readonly Point[]): View<number> {
  return { pointOf: (place) => own[place] ?? [], others };
}

test('light and dark pictures with one mark are one group', () => {
  // What the mark adds is the same in both parts; what else parts them is the light.
  const own = [...scattered(15, [5, 1], 2), ...scattered(12, [5, -1], 3)];
  const groups = mergeGroups([places(0, 15), places(15, 12)], [view(own)]);
  expect(sorted(groups)).toEqual([places(0, 27)]);
});

test('two marks of one class stay apart, though both look like the class', () => {
  const own = [...scattered(15, [2, 5, 0], 2), ...scattered(12, [2, 0, 5], 3)];
  const groups = [places(0, 15), places(15, 12)];
  expect(sorted(mergeGroups(groups, [view(own)]))).toEqual(groups);
});

test('views that disagree are weighed, the first for two', () => {
  const alike = view([...scattered(15, [5], 2), ...scattered(12, [5], 3)]);
  const unlike = view([...scattered(15, [5, 0], 2), ...scattered(12, [0, 5], 3)]);
  const groups = [places(0, 15), places(15, 12)];
  expect(mergeGroups(groups, [alike, unlike])).toHaveLength(1);
  expect(mergeGroups(groups, [unlike, alike])).toHaveLength(2);
});

test('groups that nothing separates from other mistakes are left as they are', () => {
  const own = [...scattered(10, [], 2), ...scattered(10, [], 3)];
  expect(mergeGroups([], [view(own)])).toEqual([]);
  expect(mergeGroups([places(0, 10)], [view(own)])).toEqual([places(0, 10)]);
});
