/** Activations that an exporter merged into the bound of a generalised mean behind them: ReLU and clamp(min=eps) in one Clip. */

import type { Graph } from '../onnx/graph.ts';
import type { NodeProto } from '../onnx/onnx_pb.ts';
import { operatorName } from '../onnx/operator-name.ts';
import type { Scope } from './scope.ts';

const bounds = new Set(['Clip', 'Max', 'Relu']);

/** What a linear layer returns has not been activated yet. */
const linear = new Set(['BatchNormalization', 'Conv', 'ConvTranspose', 'Gemm', 'MatMul']);
/** Activations that a ReLU changes nothing of. */
const positive = new Set(['Abs', 'Clip', 'Relu', 'Sigmoid', 'Softplus']);

/** Whether a node bounds what a generalised mean takes powers of. */
export function isBound(node: NodeProto, graph: Graph): boolean {
  const readers = graph.consumers(node.output[0] ?? '');
  return bounds.has(node.opType) && readers.length > 0 && readers.every(({ opType }) => opType === 'Pow');
}

/** Whether a bound is the activation of what it reads as well. */
export function isActivation(node: NodeProto, graph: Graph): boolean {
  const before = producerOf(node, graph);
  if (node.opType === 'Relu') return before === undefined || !positive.has(before.opType);
  return isMergedByName(node, graph) || (before !== undefined && linear.has(operatorName(before)));
}

function producerOf(node: NodeProto, graph: Graph): NodeProto | undefined {
  return graph.producer(node.input[0] ?? '');
}

/**
 * PyTorch's newer exporter names the limit of a Clip after what it merged into it: `relu_1_min`, without a tensor `relu_1`. It counts its
 * tensors: of two ReLUs in a row it leaves the second, `relu_2`, and `relu_1` is missing.
 */
function isMergedByName({ opType, input: [data, ...limits], output: [result = ''] }: NodeProto, graph: Graph): boolean {
  if (opType === 'Relu') {
    const [, kind, number] = /^(.*relu)_([1-9]\d*)$/i.exec(result) ?? [];
    return kind !== undefined && isGone(Number(number) === 1 ? kind : `${kind}_${Number(number) - 1}`, graph);
  }
  return limits.some((limit) => {
    const name = /^(.*(?:relu|hardtanh|clamp|clip).*)_(?:min|max)$/i.exec(limit)?.[1];
    return name !== undefined && name !== data && isGone(name, graph);
  });
}

function isGone(tensor: string, graph: Graph): boolean {
  return graph.producer(tensor) === undefined && !graph.isInitializer(tensor) && graph.consumers(tensor).length === 0;
}

/**
 * Such a bound belongs to the blocks around the layer that it reads, so that their outputs are activated; not to that layer, which has no parts.
 * @param scopes the modules around each of the graph's nodes, in their order
 */
export function withMergedActivations(graph: Graph, scopes: readonly (readonly Scope[])[]): (readonly Scope[])[] {
  const around = new Map(graph.nodes.map((node, i) => [node, scopes[i] ?? []] as const));
  const blocks = new Set(scopes.flatMap((each) => each.slice(0, -1).map(({ path }) => path)));
  /** Written by the author beside the powers, so that the activation was another one. */
  const isOfMean = (node: NodeProto, own: readonly Scope[]) =>
    own.length > 0 &&
    graph.consumers(node.output[0] ?? '').some((power) => {
      return around.get(power)?.some(({ path }) => path === own.at(-1)?.path) === true;
    });
  return graph.nodes.map((node) => {
    const own = around.get(node) ?? [];
    const before = producerOf(node, graph);
    if (before === undefined || !isBound(node, graph)) return own;
    const isMerged = isMergedByName(node, graph) || (linear.has(operatorName(before)) && isOfMean(node, own));
    return isMerged ? (around.get(before) ?? []).filter(({ path }) => blocks.has(path)) : own;
  });
}
