/** Where the reverse sweep starts, and with which gradient. */

import { type ClassScore, seedGradient } from './class-score.ts';
import { floatAttribute, intAttribute } from './onnx/attributes.ts';
import type { Builder } from './onnx/builder.ts';
import type { Graph } from './onnx/graph.ts';
import { appendOneHot } from './target.ts';

export interface SweepStart {
  /** Tensor that the sweep starts from. */
  tensor: string;
  /** The class score's gradient there, of the tensor's shape. */
  gradient: string;
}

/**
 * One-hot rows at the logits; or, behind a last linear layer, each image's class's row of its weight, which is what that
 * layer makes of one-hot rows at the price of a matrix product.
 * @param classes class of each image, `[N]` int64; -1 where it has none, which only happens if `mayMiss`
 */
export function sweepStart(
  build: Builder,
  graph: Graph,
  score: ClassScore,
  classes: string,
  { batchSize, classCount, mayMiss }: { batchSize: number; classCount: number; mayMiss: boolean },
): SweepStart {
  const linear = graph.producer(score.logits);
  const [input, weight] = linear?.input ?? [];
  const plain =
    linear?.opType === 'Gemm' &&
    score.width > 1 &&
    floatAttribute(linear, 'alpha', 1) === 1 &&
    intAttribute(linear, 'transA', 0) === 0 &&
    graph.isInitializer(weight ?? '') &&
    graph.type(input ?? '')?.shape[0] === batchSize;
  if (!plain || input === undefined || weight === undefined) {
    const oneHot = appendOneHot(build, classes, classCount, batchSize);
    return { tensor: score.logits, gradient: seedGradient(build, score, graph, oneHot, batchSize) };
  }
  const byClass = intAttribute(linear, 'transB', 0) === 1 ? 0 : 1;
  const picked = build.op('Gather', [weight, classes], { axis: byClass });
  const rows = byClass === 0 ? picked : build.transpose(picked, [1, 0]);
  if (!mayMiss) return { tensor: input, gradient: rows };
  // -1 picks the last class; an image without a class has no gradient.
  const known = build.op('Cast', [build.op('GreaterOrEqual', [classes, build.ints([0])])], { to: 1 });
  return { tensor: input, gradient: build.op('Mul', [rows, build.reshape(known, [batchSize, 1])]) };
}
