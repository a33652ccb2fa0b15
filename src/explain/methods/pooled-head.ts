/** Recognising the head that CAM needs: global average pooling, then one linear layer. */

import type { ClassScore } from '../class-score.ts';
import type { Graph } from '../onnx/graph.ts';
import type { NodeProto } from '../onnx/onnx_pb.ts';
import { UserError } from '../user-error.ts';

const shapeOnly = new Set(['Cast', 'Flatten', 'Identity', 'Reshape', 'Squeeze', 'Unsqueeze']);

/**
 * Checks that nothing but global average pooling and one linear layer lies between a layer and the class scores.
 * @returns the tensor of pooled features, where the linear layer's weights are read as a gradient
 * @throws UserError `no-cam-head` naming what stands between
 */
export function pooledFeatures(graph: Graph, score: ClassScore, layer: string, tensor: string): string {
  let current = tensor;
  let pooled: string | undefined;
  let linear = false;
  const refuse = (why: string) =>
    new UserError(
      'no-cam-head',
      `CAM is not defined at layer '${layer}': ${why}. CAM needs global average pooling and one linear layer behind it; use --method grad-cam, which needs neither.`,
    );
  while (current !== score.logits) {
    const [node, another] = graph.consumers(current);
    if (node === undefined) throw refuse('the scores do not depend on it alone');
    if (another !== undefined) throw refuse(`several operators read it ('${node.opType}' and '${another.opType}')`);
    if (shapeOnly.has(node.opType)) {
      // Rearranged.
    } else if (pooled === undefined) {
      if (!isGlobalAverage(node, graph)) throw refuse(`${describe(node)} comes before any pooling`);
      pooled = node.output[0];
    } else if (!linear) {
      if (!isLinear(node, graph)) throw refuse(`${describe(node)} follows the pooling`);
      linear = true;
    } else if (!isBias(node, graph)) throw refuse(`${describe(node)} follows the linear layer`);
    current = node.output[0] ?? '';
  }
  if (pooled === undefined || !linear) throw refuse('no linear layer follows it');
  return pooled;
}

const describe = (node: NodeProto) => `${node.opType} '${node.name || node.output[0]}'`;

function isGlobalAverage(node: NodeProto, graph: Graph): boolean {
  if (node.opType === 'GlobalAveragePool') return true;
  const before = graph.type(node.input[0] ?? '')?.shape ?? [];
  const after = graph.type(node.output[0] ?? '')?.shape ?? [];
  if (node.opType === 'AveragePool') return after.slice(2).every((size) => size === 1);
  if (node.opType !== 'ReduceMean') return false;
  const axes = graph.constant(node.input[1] ?? '') ?? [];
  // All axes but the batch and the channels are averaged.
  return axes.length === before.length - 2 && !axes.some((axis) => axis === 0 || axis === -before.length);
}

function isLinear(node: NodeProto, graph: Graph): boolean {
  const weights = node.input[1] ?? '';
  const pointwise = node.opType === 'Conv' && (graph.type(weights)?.shape ?? []).slice(2).every((size) => size === 1);
  return (node.opType === 'Gemm' || node.opType === 'MatMul' || pointwise) && graph.isInitializer(weights);
}

function isBias(node: NodeProto, graph: Graph): boolean {
  return node.opType === 'Add' && node.input.some((input) => graph.isInitializer(input));
}
