/** Arithmetic between tensors, with broadcasting. */

import { ElementType } from '../onnx/element-type.ts';
import type { ReverseNode } from './reverse-node.ts';
import { broadcasting, type Rule } from './rule.ts';

/** The gradient goes to whichever inputs equal the result; equal inputs share it, as in torch.maximum. */
function extremum(n: ReverseNode): (() => string)[] {
  const { build } = n;
  if (n.node.input.length === 1) return [() => n.g];
  const winners = n.node.input.map((x) => n.mask(build.op('Equal', [x, n.y()])));
  const share = () => n.div(n.g, build.op('Sum', winners));
  return winners.map((winner) => () => n.mul(share(), winner));
}

/**
 * y = a^b: da = g b a^(b - 1), and 0 where a is 0 under a root, whose slope is endless there; db = g y log a, and 0 where a
 * is 0 (as torch.pow has it).
 */
function pow(n: ReverseNode): (() => string)[] {
  const { build } = n;
  const [known, ...others] = n.graph.constant(n.x(1)) ?? [];
  const exponent = known !== undefined && others.length === 0 ? known : undefined;
  const base = () => {
    if (exponent === 2) return n.mul(n.g, n.scale(n.x(0), 2));
    if (exponent !== undefined && exponent > 0 && exponent < 1) {
      const zero = build.op('Equal', [n.x(0), build.scalar(0)]);
      const slope = build.op('Pow', [n.where(zero, build.scalar(1), n.x(0)), build.scalar(exponent - 1)]);
      return n.mul(n.g, n.where(zero, build.scalar(0), n.scale(slope, exponent)));
    }
    if (exponent !== undefined) {
      return n.mul(n.g, n.scale(build.op('Pow', [n.x(0), build.scalar(exponent - 1)]), exponent));
    }
    const b = n.isFloat(1) ? n.x(1) : build.op('Cast', [n.x(1)], { to: ElementType.float32 });
    return n.mul(n.mul(n.g, b), build.op('Pow', [n.x(0), n.sub(b, build.scalar(1))]));
  };
  return [
    base,
    () => {
      const zero = build.op('Equal', [n.x(0), build.scalar(0)]);
      const logarithm = build.op('Log', [n.where(zero, build.scalar(1), n.x(0))]);
      return n.mul(n.mul(n.g, n.y()), logarithm);
    },
  ];
}

export const elementwise: Record<string, Rule> = {
  Add: broadcasting((n) => [() => n.g, () => n.g]),
  Sub: broadcasting((n) => [() => n.g, () => n.neg(n.g)]),
  Mul: broadcasting((n) => [() => n.mul(n.g, n.x(1)), () => n.mul(n.g, n.x(0))]),
  Div: broadcasting((n) => [() => n.div(n.g, n.x(1)), () => n.neg(n.div(n.mul(n.g, n.y()), n.x(1)))]),
  Pow: broadcasting(pow),
  Sum: broadcasting((n) => n.node.input.map(() => () => n.g)),
  Mean: broadcasting((n) => n.node.input.map(() => () => n.scale(n.g, 1 / n.node.input.length))),
  Max: broadcasting(extremum),
  Min: broadcasting(extremum),
  // y = a - b trunc(a / b), with the sign of a (fmod): trunc(a / b) is (a - y) / b.
  Mod: broadcasting((n) => [() => n.g, () => n.neg(n.mul(n.g, n.div(n.sub(n.x(0), n.y()), n.x(1))))]),
  Where: broadcasting((n) => [
    undefined,
    () => n.where(n.x(0), n.g, n.build.scalar(0)),
    () => n.where(n.x(0), n.build.scalar(0), n.g),
  ]),
  PRelu: broadcasting((n) => {
    const positive = () => n.build.op('Greater', [n.x(0), n.build.scalar(0)]);
    return [
      () => n.where(positive(), n.g, n.mul(n.g, n.x(1))),
      () => n.where(positive(), n.build.scalar(0), n.mul(n.g, n.x(0))),
    ];
  }),
};
