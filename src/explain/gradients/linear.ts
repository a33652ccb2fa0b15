/** Matrix products. */

import { unbroadcast } from './broadcasting.ts';
import type { ReverseNode, Rule } from './reverse-node.ts';

/** The last two axes swapped. */
function swapped(n: ReverseNode, tensor: string, rank: number): string {
  const perm = Array.from({ length: rank }, (_, i) => i);
  perm.splice(-2, 2, rank - 1, rank - 2);
  return n.build.transpose(tensor, perm);
}

/**
 * y = a b over the last two axes with the others broadcast (NumPy matmul): da = g b', db = a' g. Vectors are given the
 * axis that matmul adds for them, and lose it again.
 */
const matMul: Rule = (n) => {
  const { build } = n;
  const vectorA = n.rank(0) === 1;
  const vectorB = n.rank(1) === 1;
  const shapeA = vectorA ? [1, ...n.shape(0)] : n.shape(0);
  const shapeB = vectorB ? [...n.shape(1), 1] : n.shape(1);
  const a = () => (vectorA ? build.reshape(n.x(0), shapeA) : n.x(0));
  const b = () => (vectorB ? build.reshape(n.x(1), shapeB) : n.x(1));
  const outer = n.outputShape().slice(0, n.outputShape().length - (vectorA ? 0 : 1) - (vectorB ? 0 : 1));
  const rows = shapeA.at(-2) ?? 1;
  const columns = shapeB.at(-1) ?? 1;
  const inner = shapeA.at(-1) ?? 1;
  const g = () => (vectorA || vectorB ? build.reshape(n.g, [...outer, rows, columns]) : n.g);
  const settle = (gradient: string, from: number[], input: number, shape: number[]) => {
    const summed = unbroadcast(build, gradient, from, shape);
    return shape.length === n.rank(input) ? summed : build.reshape(summed, n.shape(input));
  };
  return [
    () => settle(build.op('MatMul', [g(), swapped(n, b(), shapeB.length)]), [...outer, rows, inner], 0, shapeA),
    () => settle(build.op('MatMul', [swapped(n, a(), shapeA.length), g()]), [...outer, inner, columns], 1, shapeB),
  ];
};

/** Y = alpha A' B' + beta C, where ' transposes if asked. */
const gemm: Rule = (n) => {
  const alpha = { float: n.float('alpha', 1) };
  const transA = n.int('transA', 0);
  const transB = n.int('transB', 0);
  return [
    () =>
      transA
        ? n.build.op('Gemm', [n.x(1), n.g], { alpha, transA: transB, transB: 1 })
        : n.build.op('Gemm', [n.g, n.x(1)], { alpha, transB: 1 - transB }),
    () =>
      transB
        ? n.build.op('Gemm', [n.g, n.x(0)], { alpha, transA: 1, transB: transA })
        : n.build.op('Gemm', [n.x(0), n.g], { alpha, transA: 1 - transA }),
    () => n.unbroadcast(n.scale(n.g, n.float('beta', 1)), 2),
  ];
};

export const linear: Record<string, Rule> = { MatMul: matMul, Gemm: gemm };
