import fc from 'fast-check';
import { expect, test } from 'vitest';
import { binomialTail } from '../../../src/report/clusters/binomial-tail.ts';
import { highMargins } from '../../../src/report/clusters/high-margin.ts';
import { meanHeatmap, placeOf } from '../../../src/report/clusters/mean-heatmap.ts';
import { nearest, weightedShare } from '../../../src/report/clusters/nearest-neighbours.ts';

test('the chance of at least so many hits is summed exactly', () => {
  expect(binomialTail(3, 3, 0.5)).toBeCloseTo(0.125, 12);
  expect(binomialTail(2, 3, 0.5)).toBeCloseTo(0.5, 12);
  expect(binomialTail(0, 3, 0.1)).toBe(1);
  expect(binomialTail(4, 3, 0.9)).toBe(0);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.double({ min: 0.01, max: 0.99, noNaN: true }), (trials, p) => {
      const tails = Array.from({ length: trials + 1 }, (_, hits) => binomialTail(hits, trials, p));
      for (const [at, tail] of tails.entries()) expect(tail).toBeLessThanOrEqual((tails[at - 1] ?? 1) + 1e-12);
      expect(tails[trials]).toBeCloseTo(p ** trials, 10);
    }),
  );
});

test('a margin is high when it is that of correct answers', () => {
  const correct = Array.from({ length: 100 }, () => ({ label: 0, predicted: 0, margin: 0.9 }));
  const mistakes = Array.from({ length: 40 }, (_, i) => ({ label: 0, predicted: 1, margin: i < 30 ? 0.95 : 0.2 }));
  const rows = [...correct, ...mistakes];
  const margins = highMargins({
    keys: rows.map((_, i) => `${i}`),
    label: Int32Array.from(rows, ({ label }) => label),
    predicted: Int32Array.from(rows, ({ predicted }) => predicted),
    margin: rows.map(({ margin }) => margin),
  });
  expect(margins.threshold).toBeCloseTo(0.9);
  expect(margins.classes.get(1)).toEqual({ all: 40, highMargin: 30 });
});

test('neighbours are the nearest others, and count with their weights', () => {
  const [first, second, third, last] = [
    { point: [0], weight: 1, isWrong: false },
    { point: [1], weight: 1, isWrong: true },
    { point: [3], weight: 3, isWrong: false },
    { point: [10], weight: 1, isWrong: true },
  ] as const;
  const around = nearest([first, second, third, last], [0], 2, first);
  expect(around).toEqual([second, third]);
  expect(weightedShare(around, ({ isWrong }) => isWrong)).toBe(0.25);
});

test('a place is named by where the mean map is bright', () => {
  const cells = new Float32Array(49);
  cells[6 * 7 + 6] = 2;
  const corner = meanHeatmap({ channels: 0, evidence: new Float32Array(), height: 7, width: 7, heatmaps: cells }, [0]);
  expect(corner).toHaveLength(1024);
  expect(placeOf(corner)).toBe('lower right corner');
  expect(placeOf(Array(1024).fill(1))).toBe('all over');
  expect(placeOf(Array(1024).fill(0))).toBe('nowhere');
});
