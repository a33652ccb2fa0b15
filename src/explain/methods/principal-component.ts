/** The first principal component of a layer, by power iteration inside the graph. */

import type { Builder } from '../onnx/builder.ts';
import { channelSum, type Hook } from './method.ts';

/** Squarings of the Gram matrix: so many make `2^squarings` steps of power iteration. */
const squarings = 10;
/** Plain steps afterwards, which wash out the rounding of the squarings. */
const steps = 2;
/** Keeps divisions defined for a matrix of zeros. */
const smallest = 1e-30;

/**
 * Projects the cells of X, `[N, channels, cells]`, on its first right singular vector: `X^T v` with v the eigenvector of
 * `X X^T` for its largest eigenvalue, `[N, cells]`. X is taken as it is, not centred.
 *
 * A singular vector has no sign of its own. The one is chosen with which the map agrees with the sum of X over its
 * channels: their inner product is not negative.
 */
export function principalMap(hook: Hook, matrix: string): string {
  const { build, batchSize, channels, cells } = hook;
  const transposed = build.transpose(matrix, [0, 2, 1]);
  const overChannels = channels <= cells;
  const scale = build.reduce('ReduceMax', build.op('Abs', [matrix]), [1, 2], true);
  const scaled = (x: string) => build.op('Div', [x, atLeast(build, scale)]);
  const [left, right] = overChannels ? [matrix, transposed] : [transposed, matrix];
  const gram = build.op('MatMul', [scaled(left), scaled(right)]);
  const vector = firstEigenvector(build, gram, batchSize, overChannels ? channels : cells);
  // From the side of the cells, the eigenvector is the map but for its length: the singular value.
  const map = overChannels
    ? build.op('MatMul', [transposed, vector])
    : build.op('Mul', [vector, vectorLength(build, build.op('MatMul', [matrix, vector]))]);
  const flat = build.reshape(map, [batchSize, cells]);
  const agreement = build.reduce('ReduceSum', build.op('Mul', [flat, channelSum(hook, matrix)]), [1], true);
  const isAgainst = build.op('Less', [agreement, build.scalar(0)]);
  return build.op('Where', [isAgainst, build.op('Neg', [flat]), flat]);
}

/** Unit eigenvector of the largest eigenvalue of symmetric matrices without negative ones, `[N, size, size]`: `[N, size, 1]`. */
function firstEigenvector(build: Builder, gram: string, batchSize: number, size: number): string {
  const identity = build.floats(
    Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0)),
    [1, size, size],
  );
  const diagonal = (m: string) => build.reduce('ReduceSum', build.op('Mul', [m, identity]), [2], false);
  // Divided by their trace, powers neither overflow nor vanish.
  const unitTrace = (m: string) => {
    const trace = build.reshape(build.reduce('ReduceSum', diagonal(m), [1], false), [batchSize, 1, 1]);
    return build.op('Div', [m, atLeast(build, trace)]);
  };
  let power = unitTrace(gram);
  for (let i = 0; i < squarings; i++) power = unitTrace(build.op('MatMul', [power, power]));
  // The power is now v v^T: its column with the largest diagonal is the longest multiple of v.
  const longest = build.op('ArgMax', [diagonal(power)], { axis: 1, keepdims: 1 });
  const range = build.ints(
    Array.from({ length: size }, (_, i) => i),
    [1, size],
  );
  const column = build.op('Cast', [build.op('Equal', [range, longest])], { to: 1 });
  const unit = (v: string) => build.op('Div', [v, atLeast(build, vectorLength(build, v))]);
  let vector = unit(build.op('MatMul', [power, build.reshape(column, [batchSize, size, 1])]));
  for (let i = 0; i < steps; i++) vector = unit(build.op('MatMul', [gram, vector]));
  return vector;
}

/** `[N, size, 1]` to `[N, 1, 1]`. */
function vectorLength(build: Builder, vector: string): string {
  return build.op('Sqrt', [build.reduce('ReduceSum', build.op('Mul', [vector, vector]), [1], true)]);
}

const atLeast = (build: Builder, value: string) => build.op('Max', [value, build.scalar(smallest)]);
