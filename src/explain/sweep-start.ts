/** Where the reverse sweep starts, and with which gradient. */

import { classMapStart } from './class-map-start.ts';
import { type ClassScore, seedGradient } from './class-score.ts';
import { floatAttribute, intAttribute, intsAttribute } from './onnx/attributes.ts';
import type { Builder } from './onnx/builder.ts';
import type { Graph } from './onnx/graph.ts';
import type { NodeProto } from './onnx/onnx_pb.ts';
import { appendOneHots, known, type SeedTerm, type SweepSetting, type SweepStart } from './seed.ts';

/**
 * The weighted sum of one-hot rows at the logits; or, behind a last linear layer, of each image's class's row of its
 * weight, which is what that layer makes of one-hot rows at the price of a matrix product; or the same behind a convolution that makes
 * class maps.
 * @param terms the classes whose scores add up
 */
export function sweepStart(
  build: Builder,
  graph: Graph,
  score: ClassScore,
  terms: readonly SeedTerm[],
  setting: SweepSetting,
): SweepStart {
  const { batchSize, classCount, mayMiss } = setting;
  const logits = beforeQuantization(graph, score.logits);
  const linear = graph.producer(logits);
  const [input, weight] = linear?.input ?? [];
  const plain =
    linear?.opType === 'Gemm' &&
    score.width > 1 &&
    floatAttribute(linear, 'alpha', 1) === 1 &&
    intAttribute(linear, 'transA', 0) === 0 &&
    graph.isInitializer(weight ?? '') &&
    graph.type(input ?? '')?.shape[0] === batchSize;
  if (!plain || input === undefined || weight === undefined) {
    const early = classMapStart(build, graph, { ...score, logits }, terms, setting);
    if (early !== undefined) return early;
    const oneHots = appendOneHots(build, terms, classCount, batchSize);
    return { tensor: logits, gradient: seedGradient(build, { ...score, logits }, graph, oneHots, batchSize) };
  }
  const byClass = intAttribute(linear, 'transB', 0) === 1 ? 0 : 1;
  const rows = build.sum(
    terms.map(({ classes, factor }) => {
      const picked = build.op('Gather', [weight, classes], { axis: byClass });
      const row = byClass === 0 ? picked : build.transpose(picked, [1, 0]);
      return factor === 1 ? row : build.op('Mul', [row, build.scalar(factor)]);
    }),
  );
  const [first] = terms;
  if (!mayMiss || first === undefined) return { tensor: input, gradient: rows };
  // -1 picks the last class; an image without a class has no gradient.
  return { tensor: input, gradient: build.op('Mul', [rows, known(build, first.classes, batchSize)]) };
}

/**
 * What was quantised to become the logits, in their order. The sweep starts there: a score a hair above the calibrated range is clipped, and
 * from behind that no gradient would come to the model's most confident images.
 */
function beforeQuantization(graph: Graph, logits: string): string {
  const dequantizer = graph.producer(beforeReshaping(graph, logits));
  if (dequantizer?.opType !== 'DequantizeLinear') return logits;
  const quantizer = graph.producer(dequantizer.input[0] ?? '');
  if (quantizer?.opType !== 'QuantizeLinear') return logits;
  const [floats = '', ...how] = quantizer.input;
  // Other units behind than before would scale the gradient.
  if (how.join() !== dequantizer.input.slice(1).join() || graph.type(floats) === undefined) return logits;
  return beforeQuantization(graph, floats);
}

/** The tensor before nodes that leave its values in their order: an old Softmax, for one, flattens what it reads. */
function beforeReshaping(graph: Graph, tensor: string): string {
  const node = graph.producer(tensor);
  const [input = ''] = node?.input ?? [];
  if (node === undefined || input === '') return tensor;
  const keepsOrder = reshaping.has(node.opType) || (node.opType === 'Transpose' && movesOnlyOnes(graph, node));
  return keepsOrder ? beforeReshaping(graph, input) : tensor;
}

const reshaping = new Set(['Flatten', 'Identity', 'Reshape', 'Squeeze', 'Unsqueeze']);

function movesOnlyOnes(graph: Graph, node: NodeProto): boolean {
  const shape = graph.type(node.input[0] ?? '')?.shape ?? [];
  const order = intsAttribute(node, 'perm') ?? shape.map((_, i) => shape.length - 1 - i);
  const moved = order.filter((axis) => shape[axis] !== 1);
  return moved.every((axis, i) => i === 0 || (moved[i - 1] ?? 0) < axis);
}
