import { expect, it } from 'vitest';
import type { PageTrial } from '../../src/page/contract.ts';
import { disagreement } from '../../src/page/disagreement.ts';

const trial: PageTrial = {
  target: 0,
  scores: [0.9, 0.1],
  maps: [
    [2, -4],
    [0, 0],
  ],
  tolerance: 0.01,
};

it.each([
  ['rounding', [0.9, 0.1001], [2, -4.01], [0, 0], null],
  ['a map of another size of values', [0.9, 0.1], [2.4, -4], [0, 0], 0.1],
  ['scores of other classes', [0.09, 0.1], [2, -4], [0, 0], 0.9],
  ['something where nothing is', [0.9, 0.1], [2, -4], [0, 1e-3], expect.any(Number)],
  ['a value that is no number', [0.9, Number.NaN], [2, -4], [0, 0], Number.POSITIVE_INFINITY],
  ['a map that is too short', [0.9, 0.1], [2], [0, 0], Number.POSITIVE_INFINITY],
])('tells %s from what the model says', (_, scores, first, second, expected) => {
  const maps = [first, second].map((values) => ({ values: Float32Array.from(values) }));
  const found = disagreement(trial, { scores: Float32Array.from(scores), maps });
  expect(found).toEqual(typeof expected === 'number' ? expect.closeTo(expected, 3) : expected);
});
