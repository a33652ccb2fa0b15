import { expect, test } from 'vitest';
import { withLowMargins } from '../../../src/report/clusters/assign-low-margin.ts';
import { classGroupsOf } from './class-groups-of.ts';
import { scattered } from './scattered-points.ts';

const others = scattered(80, [], 1);
const places = (from: number, count: number) => Array.from({ length: count }, (_, at) => from + at);

/** Twenty pictures with a mark, then ten with the mark that were mistaken with a low margin, then eight ordinary mistakes of the class. */
const points = [...scattered(20, [1, 6], 2), ...scattered(10, [0.5, 7], 3), ...scattered(8, [1, 0], 4)];

interface Group {
  members: number[];
  claimed: boolean;
}

function group(members: number[], claimed: boolean): Group {
  return { members, claimed };
}

function joined(groups: readonly Group[]) {
  const mistakes = { points, highMargin: points.map((_, at) => at < 20), groups: groups.map(({ members }) => members) };
  const own = classGroupsOf(mistakes, others);
  const judged = groups.map(({ claimed }, place) => {
    return { members: own.groups[place] ?? [], pValue: claimed ? 1e-6 : 1, separation: 3, claimed };
  });
  return withLowMargins(judged, own).map(({ members }) => members.map(({ row }) => row).sort((a, b) => a - b));
}

test('mistakes with a low margin and the mark join its cluster, ordinary ones do not', () => {
  expect(joined([group(places(0, 20), true)])).toEqual([places(0, 30)]);
});

test('a group without a claim loses what joins another, and goes when too little is left', () => {
  expect(joined([group(places(0, 20), true), group(places(26, 12), false)])).toEqual([places(0, 30), places(30, 8)]);
  expect(joined([group(places(0, 20), true), group(places(20, 14), false)])).toEqual([places(0, 30)]);
});

test('without a claim nothing moves', () => {
  const groups = [places(0, 20), places(20, 18)];
  expect(joined(groups.map((members) => group(members, false)))).toEqual(groups);
});
