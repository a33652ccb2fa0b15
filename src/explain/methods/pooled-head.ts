/** Recognising the head that CAM needs: global average pooling, then one linear layer. */

import type { ClassScore } from '../class-score.ts';
import type { SpatialGrid } from '../layers/grid.ts';
import type { ResolvedLayer } from '../layers/hooked-layers.ts';
import { intsAttribute } from '../onnx/attributes.ts';
import type { Graph } from '../onnx/graph.ts';
import type { NodeProto } from '../onnx/onnx_pb.ts';
import { shapeOnly } from '../onnx/shape-only.ts';
import { UserError } from '../user-error.ts';

/**
 * Checks that nothing but global average pooling and one linear layer lies between a layer and the class scores.
 * @returns the tensor of pooled features, where the linear layer's weights are read as a gradient
 * @throws UserError `no-cam-head` naming what stands between
 */
export function pooledFeatures(graph: Graph, score: ClassScore, { layer, tensor, grid }: ResolvedLayer): string {
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
      if (!isGlobalAverage(node, graph, grid)) throw refuse(`${describe(node)} comes before any pooling`);
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

/** Whether a node averages exactly the cells of the grid. */
function isGlobalAverage(node: NodeProto, graph: Graph, grid: SpatialGrid): boolean {
  if (node.opType === 'GlobalAveragePool') return true;
  const shape = graph.type(node.input[0] ?? '')?.shape ?? [];
  if (node.opType === 'AveragePool') {
    const kernel = intsAttribute(node, 'kernel_shape') ?? [];
    const pads = intsAttribute(node, 'pads') ?? [];
    return kernel.join() === shape.slice(2).join() && pads.every((pad) => pad === 0);
  }
  if (node.opType !== 'ReduceMean') return false;
  const axes = (graph.constant(node.input[1] ?? '') ?? []).map((axis) => (axis < 0 ? axis + shape.length : axis));
  const channelAxis = grid.layout === 'NCHW' ? 1 : shape.length - 1;
  const averaged = axes.reduce((cells, axis) => cells * (shape[axis] ?? 0), 1);
  return averaged === grid.height * grid.width && !axes.includes(0) && !axes.includes(channelAxis);
}

function isLinear(node: NodeProto, graph: Graph): boolean {
  const weights = node.input[1] ?? '';
  const pointwise = node.opType === 'Conv' && (graph.type(weights)?.shape ?? []).slice(2).every((size) => size === 1);
  return (node.opType === 'Gemm' || node.opType === 'MatMul' || pointwise) && graph.isInitializer(weights);
}

function isBias(node: NodeProto, graph: Graph): boolean {
  return node.opType === 'Add' && node.input.some((input) => graph.isInitializer(input));
}
