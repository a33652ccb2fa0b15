import fc from 'fast-check';
import { expect, test } from 'vitest';
import { betaBinomial, ordinarySureness } from '../../../src/report/clusters/ordinary-sureness.ts';

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

test('a network that is seldom sure of its mistakes makes fewer sure ones suspicious', () => {
  const seldom = ordinarySureness([10, 14, 22, 30].map((size) => ({ size, sure: Math.round(size * 0.08) })));
  const often = ordinarySureness([10, 14, 22, 30].map((size) => ({ size, sure: Math.round(size * 0.35) })));
  expect(seldom.rate).toBeLessThan(0.16);
  expect(often.rate).toBeGreaterThan(0.25);
  const group = { size: 20, sure: 10 };
  expect(seldom.chance(group)).toBeLessThan(0.03);
  expect(often.chance(group)).toBeGreaterThan(0.1);
});

test('groups that have a cause hardly change what is ordinary', () => {
  const ordinary = [10, 14, 22, 30].map((size) => ({ size, sure: Math.round(size * 0.1) }));
  const mixed = ordinarySureness([...ordinary, { size: 60, sure: 55 }, { size: 30, sure: 24 }]);
  expect(mixed.rate).toBeLessThan(0.2);
  expect(mixed.chance({ size: 30, sure: 24 })).toBeLessThan(1e-3);
});

test('the chance of a group falls with each sure mistake, and is one without any', () => {
  const { chance } = ordinarySureness([{ size: 50, sure: 9 }]);
  const chances = Array.from({ length: 13 }, (_, sure) => chance({ size: 12, sure }));
  expect(chances[0]).toBeCloseTo(1, 12);
  for (const [sure, own] of chances.entries()) if (sure > 0) expect(own).toBeLessThan(chances[sure - 1] ?? 0);
});

test('a run without mistakes has a chance, too', () => {
  expect(ordinarySureness([]).rate).toBeCloseTo(0.2, 2);
});
