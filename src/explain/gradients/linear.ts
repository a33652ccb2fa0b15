/** Matrix products. */

import { at } from '../at.ts';
import type { Builder } from '../onnx/builder.ts';
import type { Rule } from './rule.ts';
import { unbroadcast } from './unbroadcast.ts';

/** Matrices stacked along axes that broadcast. */
export interface Matrices {
  tensor: string;
  /** At least two axes. */
  shape: number[];
}

/** The last two axes swapped. */
export function swapped(build: Builder, { tensor, shape }: Matrices): Matrices {
  const perm = shape.map((_, i) => i);
  perm.splice(-2, 2, shape.length - 1, shape.length - 2);
  return { tensor: build.transpose(tensor, perm), shape: perm.map((axis) => at(shape, axis)) };
}

export function product(build: Builder, a: Matrices, b: Matrices): Matrices {
  const length = Math.max(a.shape.length, b.shape.length) - 2;
  const stack = Array.from({ length }, (_, i) => {
    const sizeIn = ({ shape }: Matrices) => shape[i - length + shape.length - 2] ?? 1;
    const [sizeA, sizeB] = [sizeIn(a), sizeIn(b)];
    return sizeA === 1 ? sizeB : sizeA;
  });
  const shape = [...stack, at(a.shape, a.shape.length - 2), at(b.shape, b.shape.length - 1)];
  return { tensor: build.op('MatMul', [a.tensor, b.tensor]), shape };
}

/** y = a b: da = g b', db = a' g, each summed over what its factor was repeated along. */
export function productGradients(build: Builder, a: Matrices, b: Matrices, g: Matrices): [() => string, () => string] {
  const summed = ({ tensor, shape }: Matrices, to: number[]) => unbroadcast(build, tensor, shape, to);
  return [
    () => summed(product(build, g, swapped(build, b)), a.shape),
    () => summed(product(build, swapped(build, a), g), b.shape),
  ];
}

/** NumPy's matmul gives vectors an axis of 1 and takes it from the result. */
const matMul: Rule = (n) => {
  const { build } = n;
  const [rowA, columnB] = [n.rank(0) === 1, n.rank(1) === 1];
  const shaped = (tensor: string, shape: number[], differs: boolean): Matrices => ({
    tensor: differs ? build.reshape(tensor, shape) : tensor,
    shape,
  });
  const matrices = () => {
    const a = shaped(n.x(0), rowA ? [1, ...n.shape(0)] : n.shape(0), rowA);
    const b = shaped(n.x(1), columnB ? [...n.shape(1), 1] : n.shape(1), columnB);
    const outer = n.outputShape().slice(0, n.outputShape().length - (rowA ? 0 : 1) - (columnB ? 0 : 1));
    const shape = [...outer, at(a.shape, a.shape.length - 2), at(b.shape, b.shape.length - 1)];
    return productGradients(build, a, b, shaped(n.g, shape, rowA || columnB));
  };
  const gradient = (input: 0 | 1, vector: boolean) => () => {
    const result = matrices()[input]();
    return vector ? build.reshape(result, n.shape(input)) : result;
  };
  return [gradient(0, rowA), gradient(1, columnB)];
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
