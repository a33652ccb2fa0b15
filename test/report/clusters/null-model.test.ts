import fc from 'fast-check';
import { expect, test } from 'vitest';
import { betaBinomial, fitNullModel } from '../../../src/report/clusters/null-model.ts';

test('beta-binomial probabilities sum to one, and their mean is the share that is expected', () => {
  expect(betaBinomial(3, 1, 1)).toEqual([0.25, 0.25, 0.25, 0.25].map((value) => expect.closeTo(value, 12)));
  const shapes = fc.double({ min: 0.05, max: 30, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 400 }), shapes, shapes, (size, alpha, beta) => {
      const probabilities = betaBinomial(size, alpha, beta);
      expect(probabilities).toHaveLength(size + 1);
      expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 8);
      const expected = probabilities.reduce((sum, value, count) => sum + value * count, 0);
      expect(expected).toBeCloseTo((size * alpha) / (alpha + beta), 5);
    }),
  );
});

test('where mistakes seldom have a high margin, fewer that have one are suspicious', () => {
  const seldom = fitNullModel([10, 14, 22, 30].map((size) => ({ size, highMargin: Math.round(size * 0.08) })));
  const often = fitNullModel([10, 14, 22, 30].map((size) => ({ size, highMargin: Math.round(size * 0.35) })));
  expect(seldom.rate).toBeLessThan(0.16);
  expect(often.rate).toBeGreaterThan(0.25);
  const group = { size: 20, highMargin: 10 };
  expect(seldom.pValue(group)).toBeLessThan(0.03);
  expect(often.pValue(group)).toBeGreaterThan(0.1);
});

test('groups that have a cause hardly change what is ordinary', () => {
  const ordinary = [10, 14, 22, 30].map((size) => ({ size, highMargin: Math.round(size * 0.1) }));
  const mixed = fitNullModel([...ordinary, { size: 60, highMargin: 55 }, { size: 30, highMargin: 24 }]);
  expect(mixed.rate).toBeLessThan(0.2);
  expect(mixed.pValue({ size: 30, highMargin: 24 })).toBeLessThan(1e-3);
});

test('the p-value of a group falls with each high margin, and is one without any', () => {
  const { pValue } = fitNullModel([{ size: 50, highMargin: 9 }]);
  const pValues = Array.from({ length: 13 }, (_, highMargin) => pValue({ size: 12, highMargin }));
  expect(pValues[0]).toBeCloseTo(1, 12);
  for (const [count, own] of pValues.entries()) if (count > 0) expect(own).toBeLessThan(pValues[count - 1] ?? 0);
});

test('a run without mistakes has a null model, too', () => {
  expect(fitNullModel([]).rate).toBeCloseTo(0.2, 2);
});
