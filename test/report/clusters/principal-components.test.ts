import { expect, test } from 'vitest';
import { principalComponents } from '../../../src/report/clusters/principal-components.ts';

test('points on a line need one number each', () => {
  const points = principalComponents(
    [0, 1, 2, 5].map((t) => [3 * t, 4 * t, 7]),
    3,
  );
  const along = points.map(([first = 0]) => first);
  expect(points.map((point) => point.length)).toEqual([1, 1, 1, 1]);
  expect(Math.abs((along[3] ?? 0) - (along[0] ?? 0))).toBeCloseTo(25, 6);
  expect(Math.abs((along[1] ?? 0) - (along[0] ?? 0))).toBeCloseTo(5, 6);
});

test('distances stay where all dimensions are kept, the widest first', () => {
  const rows = Array.from({ length: 12 }, (_, i) => [Math.sin(i * 3) * 5, Math.cos(i * 5) * 2, Math.sin(i * 7 + 1)]);
  const points = principalComponents(rows, 3);
  const far = (a: readonly number[], b: readonly number[]) => Math.hypot(...a.map((value, at) => value - (b[at] ?? 0)));
  for (const [i, j] of [
    [0, 1],
    [2, 9],
    [4, 11],
  ] as const) {
    expect(far(points[i] ?? [], points[j] ?? [])).toBeCloseTo(far(rows[i] ?? [], rows[j] ?? []), 6);
  }
  const spread = [0, 1, 2].map((at) => points.reduce((sum, point) => sum + (point[at] ?? 0) ** 2, 0));
  expect(spread).toEqual([...spread].sort((a, b) => b - a));
});

test('equal points, and fewer points than dimensions, give numbers all the same', () => {
  expect(
    principalComponents(
      Array.from({ length: 12 }, () => [1, 2, 3]),
      2,
    ),
  ).toEqual(Array(12).fill([0]));
  const few = principalComponents(
    [
      [1, 2, 3, 4],
      [1, 2, 3, 4],
      [4, 3, 2, 1],
    ],
    8,
  );
  expect(few.flat().every(Number.isFinite)).toBe(true);
  expect(few[0]).toEqual(few[1]);
});
