import { expect, test } from 'vitest';
import { judge } from '../../../src/report/clusters/claims.ts';
import { ordinarySureness } from '../../../src/report/clusters/ordinary-sureness.ts';
import { classGroupsOf } from './class-groups-of.ts';
import { scattered } from './scattered-points.ts';

/** A run of whose ordinary mistakes one in ten is sure. */
const ordinary = ordinarySureness([12, 18, 25, 40].map((size) => ({ size, sure: Math.round(size / 10) })));
const others = scattered(80, [], 1);

function judged({
  size,
  sure,
  apart,
  beside = others,
}: {
  size: number;
  sure: number;
  apart: number;
  beside?: typeof others;
}) {
  const members = Array.from({ length: size }, (_, at) => at);
  const mistakes = { points: scattered(size, [apart], 2), isSure: members.map((at) => at < sure), groups: [members] };
  return judge(members, classGroupsOf(mistakes, beside), ordinary);
}

test('sure mistakes that share something other mistakes lack have a cause', () => {
  expect(judged({ size: 20, sure: 12, apart: 3 })).toMatchObject({ claimed: true });
});

test('neither being sure nor being alike is enough', () => {
  expect(judged({ size: 20, sure: 12, apart: 0 }).claimed).toBe(false);
  const alike = judged({ size: 20, sure: 2, apart: 6 });
  expect(alike).toMatchObject({ claimed: false });
  expect(alike.setApart).toBeGreaterThan(3);
});

test('a little more of one makes up for a little less of the other', () => {
  expect(judged({ size: 20, sure: 7, apart: 1 }).claimed).toBe(false);
  expect(judged({ size: 20, sure: 7, apart: 4 }).claimed).toBe(true);
  expect(judged({ size: 20, sure: 14, apart: 1 }).claimed).toBe(true);
});

test('a small group needs more, and six images are never enough', () => {
  expect(judged({ size: 8, sure: 5, apart: 2 }).claimed).toBe(false);
  expect(judged({ size: 8, sure: 8, apart: 4 }).claimed).toBe(true);
  expect(judged({ size: 6, sure: 6, apart: 9 }).claimed).toBe(false);
});

test('where there are hardly any other mistakes, only being sure speaks', () => {
  const few = judged({ size: 30, sure: 28, apart: 3, beside: others.slice(0, 12) });
  expect(few).toMatchObject({ setApart: null, claimed: true });
  expect(judged({ size: 20, sure: 7, apart: 9, beside: others.slice(0, 12) }).claimed).toBe(false);
});
