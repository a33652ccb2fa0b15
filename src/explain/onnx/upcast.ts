/**
 * Turns a model of half or double precision into a float32 one. ONNX Runtime's CPU provider has no half-precision
 * convolution and would insert the same casts around every node, and a gradient that underflows in float16 is lost:
 * one graph in float32 is faster and right. Weights are cast by nodes, which constant folding then removes, so that
 * they are never read here and may lie outside the file.
 */

import { create } from '@bufbuild/protobuf';
import { intAttribute, makeAttribute, removeAttribute, tensorAttribute } from './attributes.ts';
import { ElementType } from './element-type.ts';
import type { OnnxModel } from './model-file.ts';
import { type GraphProto, type NodeProto, NodeProtoSchema } from './onnx_pb.ts';

const narrowTypes = new Set<number>([ElementType.float16, ElementType.bfloat16, ElementType.float64]);

/** Changes the model in place. */
export function upcastToFloat32(model: OnnxModel): void {
  upcastGraph(model.graph);
  for (const fn of model.functions) fn.node = upcastNodes(fn.node);
}

function upcastGraph(graph: GraphProto): void {
  const casts: NodeProto[] = [];
  for (const tensor of graph.initializer) {
    if (!narrowTypes.has(tensor.dataType)) continue;
    const name = tensor.name;
    tensor.name = `gradline/stored/${name}`;
    casts.push(castNode(tensor.name, name));
  }
  graph.node = [...casts, ...upcastNodes(graph.node)];
  for (const value of [...graph.input, ...graph.output]) {
    const type = value.type?.tensorType;
    if (type !== undefined && narrowTypes.has(type.elemType)) type.elemType = ElementType.float32;
  }
  graph.valueInfo = [];
}

function castNode(from: string, to: string): NodeProto {
  const attribute = [makeAttribute('to', ElementType.float32)];
  return create(NodeProtoSchema, {
    name: `gradline/upcast/${to}`,
    opType: 'Cast',
    input: [from],
    output: [to],
    attribute,
  });
}

function upcastNodes(nodes: NodeProto[]): NodeProto[] {
  return nodes.flatMap((node) => {
    for (const attribute of node.attribute) {
      if (attribute.g !== undefined) upcastGraph(attribute.g);
      for (const graph of attribute.graphs) upcastGraph(graph);
    }
    if (node.opType === 'Cast' && narrowTypes.has(intAttribute(node, 'to', 0))) {
      removeAttribute(node, 'to');
      node.attribute.push(makeAttribute('to', ElementType.float32));
    }
    const constant = node.opType === 'Constant' || node.opType === 'ConstantOfShape';
    const value = constant ? tensorAttribute(node, 'value') : undefined;
    if (value === undefined || !narrowTypes.has(value.dataType)) return [node];
    const [output = ''] = node.output;
    const stored = `gradline/stored/${output}`;
    node.output = [stored];
    return [node, castNode(stored, output)];
  });
}
