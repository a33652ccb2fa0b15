/** The part of a network behind a layer, cut off: what a layer's values do to the scores can be asked without running what lies before it. */

import { assemble } from '../../assemble.ts';
import { appendScores } from '../../class-score.ts';
import { dependents } from '../../gradients/sweep.ts';
import type { ResolvedLayer } from '../../layers/hooked-layers.ts';
import { Builder, type GateForm, namePrefix } from '../../onnx/builder.ts';
import { ElementType } from '../../onnx/element-type.ts';
import type { Graph } from '../../onnx/graph.ts';
import type { OnnxModel } from '../../onnx/model-file.ts';
import type { NodeProto } from '../../onnx/onnx_pb.ts';
import type { PreparedModel } from '../../prepare.ts';

export interface HeadOutputs {
  layer: ResolvedLayer;
  /** `[N, classes]` */
  logits: string;
  /** Tensors that the head takes from the network: the layer, and what passes it by. */
  crossing: string[];
  /** Input that the layer is multiplied by, of its shape for one image. */
  keep: string;
  keepShape: number[];
}

/** Scores from a layer on, with the layer multiplied by an input of its own. */
export function compileHead(
  prepared: PreparedModel,
  layer: ResolvedLayer,
  options: { gates: GateForm },
): { model: OnnxModel; outputs: HeadOutputs } {
  const { graph, model, sizes, score } = prepared;
  const { nodes, crossing } = cutBehind(graph, layer.tensor, score.logits);
  const build = new Builder(options);
  const keep = `${namePrefix}keep`;
  const keepShape = keptShape(layer);
  const kept = build.op('Mul', [layer.tensor, keep]);
  for (const node of nodes) node.input = node.input.map((input) => (input === layer.tensor ? kept : input));
  // The multiplication comes before what reads it, the scores behind.
  const first = build.nodes.splice(0);
  const { logits } = appendScores(build, score, sizes.batchSize, 'none');
  model.graph.node = [...first, ...nodes];
  model.graph.input = [];
  const inputs = [
    ...crossing.map((name) => ({ name, ...(graph.type(name) ?? { elementType: ElementType.float32, shape: [] }) })),
    { name: keep, elementType: ElementType.float32, shape: keepShape },
  ];
  const head = assemble(prepared, build, [logits], inputs);
  const read = new Set(head.graph.node.flatMap((node) => graph.reads(node)));
  head.graph.initializer = head.graph.initializer.filter(({ name }) => read.has(name));
  return { model: head, outputs: { layer, logits, crossing, keep, keepShape } };
}

/** The nodes between a layer and the scores, and the tensors that they take from elsewhere: the layer first. */
export function cutBehind(graph: Graph, tensor: string, logits: string): { nodes: NodeProto[]; crossing: string[] } {
  const depends = dependents(graph, [tensor]);
  const wanted = new Set([logits]);
  const nodes: NodeProto[] = [];
  for (const node of graph.nodes.toReversed()) {
    const isBehind = node.output.some((output) => wanted.has(output) && depends.has(output) && output !== tensor);
    if (!isBehind) continue;
    nodes.push(node);
    for (const input of graph.reads(node)) wanted.add(input);
  }
  nodes.reverse();
  const made = new Set(nodes.flatMap((node) => node.output));
  const taken = nodes.flatMap((node) => graph.reads(node)).filter((name) => isTaken(name, made, graph));
  return { nodes, crossing: [...new Set([tensor, ...taken])] };
}

function isTaken(name: string, made: ReadonlySet<string>, graph: Graph): boolean {
  return name !== '' && !made.has(name) && !graph.isInitializer(name);
}

function keptShape({ shape, grid }: ResolvedLayer): number[] {
  return {
    NCHW: [1, grid.channels, grid.height, grid.width],
    NHWC: [1, grid.height, grid.width, grid.channels],
    tokens: [1, shape[1] ?? 1, grid.channels],
  }[grid.layout];
}
