import fc from 'fast-check';
import { expect, test } from 'vitest';
import { binomialTail } from '../../../src/report/clusters/binomial-tail.ts';
import { meanHeatmap, placeOf } from '../../../src/report/clusters/mean-heatmap.ts';
import { flaggedShare, nearest } from '../../../src/report/clusters/neighbours.ts';
import { findSureMistakes } from '../../../src/report/clusters/sure-mistakes.ts';

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

test('sure mistakes are those with the margin of correct answers', () => {
  const correct = Array.from({ length: 100 }, () => ({ label: 0, predicted: 0, margin: 0.9 }));
  const mistakes = Array.from({ length: 40 }, (_, i) => ({ label: 0, predicted: 1, margin: i < 30 ? 0.95 : 0.2 }));
  const rows = [...correct, ...mistakes];
  const sure = findSureMistakes({
    keys: rows.map((_, i) => `${i}`),
    label: Int32Array.from(rows, ({ label }) => label),
    predicted: Int32Array.from(rows, ({ predicted }) => predicted),
    margin: rows.map(({ margin }) => margin),
  });
  expect(sure.margin).toBeCloseTo(0.9);
  expect(sure.classes.get(1)).toEqual({ all: 40, sure: 30 });
});

test('neighbours are the nearest others, and count with their weights', () => {
  const points = [[0], [1], [3], [10]];
  expect(nearest(points, [0], 2, 0)).toEqual([1, 2]);
  expect(flaggedShare(points, [false, true, false, true], [1, 1, 3, 1], [0], 2)).toEqual([0.25]);
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
