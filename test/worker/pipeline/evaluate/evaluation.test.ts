import { expect, test } from 'vitest';
import { EvaluationPlan } from '../../../../src/worker/pipeline/evaluate/evaluation.ts';

const plan = new EvaluationPlan({ images: ['a.jpg', 'b.jpg', 'c.jpg'], randomised: ['b.jpg'] });

test('orders name places in the batch', () => {
  const orders = plan.ordersFor(['x.jpg', 'b.jpg', 'y.jpg', 'a.jpg']);
  expect(orders.map(({ index, randomise }) => [index, randomise])).toEqual([
    [1, true],
    [3, false],
  ]);
});

test('an image has the same seed in every batch, and another than its neighbour', () => {
  const [first] = plan.ordersFor(['a.jpg', 'b.jpg']);
  const [, , again] = plan.ordersFor(['c.jpg', 'b.jpg', 'a.jpg']);
  const [other] = plan.ordersFor(['c.jpg']);
  expect(again?.seed).toBe(first?.seed);
  expect(other?.seed).not.toBe(first?.seed);
});
