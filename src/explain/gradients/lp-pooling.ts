/** Pools by the p-norm, local and global, and the inverse of max pooling. */

import { greater, unary } from './pointwise.ts';
import { sumOfWindows } from './pooling.ts';
import type { ReverseNode } from './reverse-node.ts';
import type { Rule } from './rule.ts';
import { windowsOf } from './windows.ts';

/** g y^(1 - p), with no gradient where the norm is zero. */
function perNorm(n: ReverseNode, p: number): string {
  if (p === 1) return n.g;
  const power = p === 2 ? n.y() : n.build.op('Pow', [n.y(), n.build.scalar(p - 1)]);
  const positive = greater(n, n.y(), 0);
  return n.where(positive, n.div(n.g, n.where(positive, power, n.build.scalar(1))), n.build.scalar(0));
}

/** The derivative of |x|^p / p: sign(x) |x|^(p - 1). */
function ofCell(n: ReverseNode, p: number): string {
  if (p === 2) return n.x();
  const sign = unary(n, 'Sign', n.x());
  return p === 1 ? sign : n.mul(sign, n.build.op('Pow', [unary(n, 'Abs', n.x()), n.build.scalar(p - 1)]));
}

/** y = (sum |x|^p)^(1 / p): dx = sign(x) |x|^(p - 1) times the sum of g y^(1 - p) over the windows of x. */
const lpPool: Rule = (n) => [
  () => {
    const p = n.int('p', 2);
    const covered = sumOfWindows(n, windowsOf(n, n.ints('kernel_shape') ?? []), perNorm(n, p));
    return n.mul(ofCell(n, p), covered);
  },
];

const globalLpPool: Rule = (n) => [() => n.mul(ofCell(n, n.int('p', 2)), perNorm(n, n.int('p', 2)))];

/** Each value was written to one place of the flat output. */
const maxUnpool: Rule = (n) => [
  () => {
    const flat = (tensor: string) => n.build.reshape(tensor, [-1]);
    return n.build.reshape(n.build.op('GatherElements', [flat(n.g), flat(n.x(1))], { axis: 0 }), n.shape());
  },
];

export const lpPooling: Record<string, Rule> = { LpPool: lpPool, GlobalLpPool: globalLpPool, MaxUnpool: maxUnpool };
