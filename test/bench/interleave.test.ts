import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { interleave, ratioTo } from '../../bench/interleave.ts';
import { quantile } from '../../bench/statistics.ts';

test('contenders take turns, with the same number of pieces each, and give one number a round', async () => {
  const log: string[] = [];
  const contender = (name: string, milliseconds: number) => ({
    name,
    work: async () => {
      log.push(name);
      await setTimeout(milliseconds);
    },
  });
  const seconds = await interleave([contender('A', 10), contender('B', 1), contender('C', 1)], {
    rounds: 3,
    turn: 0.03,
  });
  expect(seconds.map((rounds) => rounds.length)).toEqual([3, 3, 3]);
  // One piece of each to warm up, one of the first to see how long it takes, and four turns, the first one not counted.
  const turns = log.slice(4).join('');
  expect(turns).toMatch(/^(A+B+C+){4}$/);
  const lengths = (turns.match(/A+|B+|C+/g) ?? []).map((turn) => turn.length);
  expect(new Set(lengths).size).toBe(1);
});

test('a ratio compares the same rounds, so that a slow round of all changes nothing', () => {
  expect(ratioTo([1, 1, 8, 1], [2, 2, 16, 2])).toEqual({ median: 0.5, middleHalf: [0.5, 0.5] });
  expect(ratioTo([3, 1, 2, 4, 5], [1, 1, 1, 1, 1])).toEqual({ median: 3, middleHalf: [2, 4] });
});

test('quantiles lie between neighbours', () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  expect(quantile([4, 1, 3, 2], 0.25)).toBe(1.75);
  expect(quantile([7], 0.75)).toBe(7);
  expect(() => quantile([], 0.5)).toThrow(RangeError);
});
