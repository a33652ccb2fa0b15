import { expect, test } from 'vitest';
import { judge } from '../../../src/report/clusters/claims.ts';
import { fitNullModel } from '../../../src/report/clusters/null-model.ts';
import { classGroupsOf } from './class-groups-of.ts';
import { scattered } from './scattered-points.ts';

/** A run of whose ordinary mistakes one in ten has a high margin. */
const nullModel = fitNullModel([12, 18, 25, 40].map((size) => ({ size, highMargin: Math.round(size / 10) })));
const others = scattered(80, [], 1);

function judged({
  size,
  highMargins,
  apart,
  beside = others,
}: {
  size: number;
  highMargins: number;
  apart: number;
  beside?: typeof others;
}) {
  const points = scattered(size, [apart], 2);
  const { falsePositives, early } = classGroupsOf(
    { points, highMargin: points.map((_, place) => place < highMargins), groups: [] },
    beside,
  );
  return judge(falsePositives, early, nullModel);
}

test('mistakes with high margins that share something other mistakes lack have a cause', () => {
  expect(judged({ size: 20, highMargins: 12, apart: 3 })).toMatchObject({ claimed: true });
});

test('neither high margins nor being alike is enough', () => {
  expect(judged({ size: 20, highMargins: 12, apart: 0 }).claimed).toBe(false);
  const alike = judged({ size: 20, highMargins: 2, apart: 6 });
  expect(alike).toMatchObject({ claimed: false });
  expect(alike.separation).toBeGreaterThan(3);
});

test('a little more of one makes up for a little less of the other', () => {
  expect(judged({ size: 20, highMargins: 7, apart: 1 }).claimed).toBe(false);
  expect(judged({ size: 20, highMargins: 7, apart: 4 }).claimed).toBe(true);
  expect(judged({ size: 20, highMargins: 14, apart: 1 }).claimed).toBe(true);
});

test('a small group needs more, and six images are never enough', () => {
  expect(judged({ size: 8, highMargins: 5, apart: 2 }).claimed).toBe(false);
  expect(judged({ size: 8, highMargins: 8, apart: 4 }).claimed).toBe(true);
  expect(judged({ size: 6, highMargins: 6, apart: 9 }).claimed).toBe(false);
});

test('where there are hardly any other mistakes, only high margins speak', () => {
  const few = judged({ size: 30, highMargins: 28, apart: 3, beside: others.slice(0, 12) });
  expect(few).toMatchObject({ separation: null, claimed: true });
  expect(judged({ size: 20, highMargins: 7, apart: 9, beside: others.slice(0, 12) }).claimed).toBe(false);
});
