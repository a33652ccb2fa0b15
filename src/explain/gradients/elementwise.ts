/** Arithmetic between tensors, with broadcasting. */

import { broadcasting } from './broadcasting.ts';
import type { ReverseNode, Rule } from './reverse-node.ts';

/** The gradient goes to whichever inputs equal the result; equal inputs share it, as in torch.maximum. */
function extremum(n: ReverseNode): (() => string)[] {
  const { build } = n;
  const winners = n.node.input.map((x) => n.mask(build.op('Equal', [x, n.y()])));
  const share = () => n.div(n.g, winners.length === 1 ? n.build.scalar(1) : build.op('Sum', winners));
  return winners.map((winner) => () => n.mul(share(), winner));
}

export const elementwise: Record<string, Rule> = {
  Add: broadcasting((n) => [() => n.g, () => n.g]),
  Sub: broadcasting((n) => [() => n.g, () => n.neg(n.g)]),
  Mul: broadcasting((n) => [() => n.mul(n.g, n.x(1)), () => n.mul(n.g, n.x(0))]),
  Div: broadcasting((n) => [() => n.div(n.g, n.x(1)), () => n.neg(n.div(n.mul(n.g, n.y()), n.x(1)))]),
  Pow: broadcasting((n) => {
    const { build } = n;
    const lowered = () => build.op('Pow', [n.x(0), n.sub(n.x(1), build.scalar(1))]);
    return [() => n.mul(n.mul(n.g, n.x(1)), lowered()), () => n.mul(n.mul(n.g, n.y()), build.op('Log', [n.x(0)]))];
  }),
  Sum: broadcasting((n) => n.node.input.map(() => () => n.g)),
  Mean: broadcasting((n) => n.node.input.map(() => () => n.scale(n.g, 1 / n.node.input.length))),
  Max: broadcasting(extremum),
  Min: broadcasting(extremum),
  Where: broadcasting((n) => [
    undefined,
    () => n.where(n.x(0), n.g, n.build.scalar(0)),
    () => n.where(n.x(0), n.build.scalar(0), n.g),
  ]),
  PRelu: broadcasting((n) => {
    const negative = () => n.build.op('Less', [n.x(0), n.build.scalar(0)]);
    return [
      () => n.where(negative(), n.mul(n.g, n.x(1)), n.g),
      () => n.where(negative(), n.mul(n.g, n.x(0)), n.build.scalar(0)),
    ];
  }),
};
