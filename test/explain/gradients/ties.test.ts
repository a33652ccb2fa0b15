/** Who gets the gradient where a derivative is not defined: as PyTorch decides it. */

import { describe, expect, it } from 'vitest';
import { analyticGradients } from './finite-differences.ts';
import { type Case, networkOf, scalar, x } from './network.ts';
import { exactly } from './samples.ts';

/** The gradient at the first input in units of the score's, for a score of one element; else for equal seeds. */
async function shares(row: Case): Promise<number[]> {
  const network = networkOf(row);
  const shared: number[][] = [];
  for (const gates of ['multiplied', 'blocked', 'selected'] as const) {
    const { seed, values } = await analyticGradients(network, { simplified: false, gates });
    const gradient = values.get('input0');
    if (gradient === undefined) throw new Error('no gradient at the first input');
    shared.push(
      Array.from(gradient, (g, i) => Number((g / (seed[seed.length === 1 ? 0 : i] ?? Number.NaN)).toFixed(5)) + 0),
    );
  }
  const [plain, blocked, selected] = shared;
  expect(blocked).toEqual(plain);
  expect(selected).toEqual(plain);
  return plain ?? [];
}

const four = (...values: number[]) => x([1, 1, 2, 2], exactly(...values));
/** Sixteen channels of two values, as the blocked layout needs them. */
const block = (first: number, second: number) =>
  x([1, 16, 1, 2], exactly(...Array.from({ length: 16 }, () => [first, second]).flat()));

describe('equal values', () => {
  it('a max pool gives all to the first', async () => {
    const row: Case = { operator: 'MaxPool', inputs: [four(1, 3, 3, 3)], attributes: { kernel_shape: [2, 2] } };
    expect(await shares(row)).toEqual([0, 1, 0, 0]);
  });

  it('a global max pool gives all to the first', async () => {
    expect(await shares({ operator: 'GlobalMaxPool', inputs: [four(1, 3, 3, 0)] })).toEqual([0, 1, 0, 0]);
  });

  it('overlapping max pools add up', async () => {
    const row: Case = {
      operator: 'MaxPool',
      inputs: [x([1, 1, 3], exactly(0, 5, 1))],
      attributes: { kernel_shape: [2] },
      next: [{ operator: 'ReduceSum', inputs: ['output0'] }],
    };
    expect(await shares(row)).toEqual([0, 2, 0]);
  });

  it.each(['ReduceMax', 'ReduceMin'])('%s shares evenly', async (operator) => {
    expect(await shares({ operator, inputs: [x([4], exactly(2, 2, 2, 2))] })).toEqual([0.25, 0.25, 0.25, 0.25]);
  });

  it.each(['Max', 'Min'])('%s shares evenly', async (operator) => {
    expect(await shares({ operator, inputs: [x([2], exactly(2, 2)), x([2], exactly(2, 2))] })).toEqual([0.5, 0.5]);
  });
});

describe('at a kink no gradient passes', () => {
  it('Relu at zero', async () => {
    expect(await shares({ operator: 'Relu', inputs: [x([3], exactly(-1, 0, 1))] })).toEqual([0, 0, 1]);
    expect(await shares({ operator: 'Relu', inputs: [block(0, 1e-30)] })).toEqual(
      Array.from({ length: 16 }, () => [0, 1]).flat(),
    );
  });

  it('Clip at its limits', async () => {
    const values = [-1, 0, 1e-30, 5.9999995, 6, 7];
    const row: Case = { operator: 'Clip', inputs: [x([6], exactly(...values)), scalar(0), scalar(6)] };
    expect(await shares(row)).toEqual([0, 0, 1, 1, 0, 0]);
    const blocked: Case = { operator: 'Clip', inputs: [block(6, 5.9999995), scalar(0), scalar(6)] };
    expect(await shares(blocked)).toEqual(Array.from({ length: 16 }, () => [0, 1]).flat());
  });

  it('Abs at zero', async () => {
    expect(await shares({ operator: 'Abs', inputs: [x([3], exactly(-2, 0, 2))] })).toEqual([-1, 0, 1]);
  });
});

describe('a norm of zero has no gradient, and no NaN', () => {
  it.each(['ReduceL2', 'ReduceL1', 'GlobalLpPool', 'LpNormalization', 'Sqrt'])('%s', async (operator) => {
    expect(await shares({ operator, inputs: [x([1, 1, 3], exactly(0, 0, 0))] })).toEqual([0, 0, 0]);
  });

  it('Pow with the exponent of a root', async () => {
    const row: Case = { operator: 'Pow', inputs: [x([1, 1, 3], exactly(0, 1, 0)), scalar(0.5)] };
    expect(await shares(row)).toEqual([0, 0.5, 0]);
  });
});
