/** Putting the model's nodes and the builder's together into the model that is run. */

import { create } from '@bufbuild/protobuf';
import type { Builder } from './onnx/builder.ts';
import type { Graph } from './onnx/graph.ts';
import type { OnnxModel } from './onnx/model-file.ts';
import { type NodeProto, TypeProto_TensorSchema, TypeProtoSchema, ValueInfoProtoSchema } from './onnx/onnx_pb.ts';
import type { Simplified } from './onnx/simplify.ts';
import { shapeProto } from './onnx/sizes.ts';

/** An input besides the model's own. */
export interface ExtraInput {
  name: string;
  elementType: number;
  shape: number[];
}

/** Makes `results` the prepared model's only outputs, in place, and keeps only the nodes that they depend on. */
export function assemble(
  prepared: Simplified,
  build: Builder,
  results: Iterable<string>,
  inputs: readonly ExtraInput[] = [],
): OnnxModel {
  const { graph } = prepared.model;
  const outputs = new Set(results);
  graph.node = neededNodes([...graph.node, ...build.nodes], prepared.graph, outputs);
  graph.initializer.push(...build.initializers);
  for (const { name, elementType, shape } of inputs) {
    const tensorType = create(TypeProto_TensorSchema, { elemType: elementType, shape: shapeProto(shape) });
    graph.input.push(create(ValueInfoProtoSchema, { name, type: create(TypeProtoSchema, { tensorType }) }));
  }
  graph.valueInfo = [];
  graph.output = [...outputs].map((name) => create(ValueInfoProtoSchema, { name }));
  return prepared.model;
}

/** The nodes that `results` depend on; ONNX Runtime would run the others too. */
export function neededNodes(nodes: readonly NodeProto[], graph: Graph, results: Iterable<string>): NodeProto[] {
  const wanted = new Set(results);
  const kept = nodes.toReversed().filter((node) => {
    if (!node.output.some((output) => wanted.has(output))) return false;
    for (const input of graph.reads(node)) wanted.add(input);
    return true;
  });
  return kept.reverse();
}
