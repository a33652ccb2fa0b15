/** Recognising the head that CAM needs: global average pooling, then one linear layer. */

import type { ClassScore } from '../class-score.ts';
import type { SpatialGrid } from '../layers/grid.ts';
import type { ResolvedLayer } from '../layers/hooked-layers.ts';
import { intsAttribute } from '../onnx/attributes.ts';
import type { Graph } from '../onnx/graph.ts';
import type { NodeProto } from '../onnx/onnx_pb.ts';
import { quantizers } from '../onnx/quantized.ts';
import { shapeOnly } from '../onnx/shape-only.ts';
import { UserError } from '../user-error.ts';

/** Where the head's class weights are read as a gradient. */
export interface ClassWeights {
  tensor: string;
  /** Whether each cell of the tensor has its share of them, as before the pooling; else the tensor is what was pooled. */
  perCell: boolean;
}

/**
 * Checks that nothing but global average pooling and one linear layer lies between a layer and the class scores. The linear layer may be a
 * 1x1 convolution, and stand before the pooling: the mean over the cells of `W A` is `W` times the mean of `A`.
 * @throws UserError `no-cam-head` naming what stands between
 */
export function headWeights(graph: Graph, score: ClassScore, { layer, tensor, grid }: ResolvedLayer): ClassWeights {
  let current = tensor;
  let pooled = false;
  let linear: ClassWeights | undefined;
  const refuse = (why: string) =>
    new UserError(
      'no-cam-head',
      `CAM is not defined at layer '${layer}': ${why}. CAM needs global average pooling and one linear layer behind it; use --method grad-cam, which needs neither.`,
    );
  while (current !== score.logits) {
    const [node, another] = graph.consumers(current);
    if (node === undefined) throw refuse('the scores do not depend on it alone');
    if (another !== undefined) throw refuse(`several operators read it ('${node.opType}' and '${another.opType}')`);
    const rearranges = shapeOnly.has(node.opType) || (quantizers.has(node.opType) && pooled);
    if (!rearranges) {
      if (!pooled && isGlobalAverage(node, graph, grid)) pooled = true;
      else if (linear === undefined && isLinear(node, graph) && (pooled || keepsCells(node, grid))) {
        linear = pooled ? { tensor: current, perCell: false } : { tensor, perCell: true };
      } else if (linear === undefined || !isBias(node, graph)) {
        const place = linear === undefined ? 'the pooling' : 'the linear layer';
        throw refuse(`${describe(node)} ${pooled || linear ? `follows ${place}` : 'comes before any pooling'}`);
      }
    }
    current = node.output[0] ?? '';
  }
  if (linear === undefined) throw refuse('no linear layer follows it');
  if (!pooled) throw refuse('no pooling follows it');
  return linear;
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
  const every = (name: string, value: number) => intsAttribute(node, name)?.every((size) => size === value) ?? true;
  const kernel = (graph.type(weights)?.shape ?? []).slice(2);
  const pointwise =
    node.opType === 'Conv' && kernel.every((size) => size === 1) && every('strides', 1) && every('pads', 0);
  return (node.opType === 'Gemm' || node.opType === 'MatMul' || pointwise) && graph.isInitializer(weights);
}

/** Whether a linear layer works on each cell by itself. */
function keepsCells(node: NodeProto, grid: SpatialGrid): boolean {
  return node.opType === (grid.layout === 'NCHW' ? 'Conv' : 'MatMul');
}

function isBias(node: NodeProto, graph: Graph): boolean {
  return node.opType === 'Add' && node.input.some((input) => graph.isInitializer(input));
}
