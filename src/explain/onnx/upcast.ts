/**
 * Turns a model of half or double precision, or with an image of whole numbers, into a float32 one. ONNX Runtime's CPU provider has no half-precision
 * convolution and would insert the same casts around every node, and a gradient that underflows in float16 is lost:
 * one graph in float32 is faster and right. Weights are cast by nodes, which constant folding then removes, so that
 * they are never read here and may lie outside the file.
 */

import { create } from '@bufbuild/protobuf';
import { intAttribute, makeAttribute, removeAttribute, tensorAttribute } from './attributes.ts';
import { namePrefix } from './builder.ts';
import { ElementType } from './element-type.ts';
import type { OnnxModel } from './model-file.ts';
import { type GraphProto, type NodeProto, NodeProtoSchema } from './onnx_pb.ts';

const narrowTypes = new Set<number>([ElementType.float16, ElementType.bfloat16, ElementType.float64]);

/**
 * Changes the model in place.
 * @param wholeInputs `images`: the first input, the picture, takes float32 too where it is of whole numbers; `indices`: inputs of them stay,
 * being no quantities
 */
export function upcastToFloat32(model: OnnxModel, wholeInputs: 'images' | 'indices'): void {
  upcastGraph(model.graph);
  if (wholeInputs === 'images') castWholeNumbers(model.graph);
  for (const fn of model.functions) fn.node = upcastNodes(fn.node);
}

function upcastGraph(graph: GraphProto): void {
  const casts: NodeProto[] = [];
  for (const tensor of graph.initializer) {
    if (!narrowTypes.has(tensor.dataType)) continue;
    const name = tensor.name;
    tensor.name = `${namePrefix}stored/${name}`;
    casts.push(castNode(tensor.name, name));
  }
  graph.node = [...casts, ...upcastNodes(graph.node)];
  for (const value of [...graph.input, ...graph.output]) {
    const type = value.type?.tensorType;
    if (type !== undefined && narrowTypes.has(type.elemType)) type.elemType = ElementType.float32;
  }
  graph.valueInfo = [];
}

const wholeTypes = new Set<number>([ElementType.uint8, ElementType.int8, ElementType.int32, ElementType.int64]);

/** Images are fed as float32: an input of whole numbers is cast before the model reads it. */
function castWholeNumbers(graph: GraphProto): void {
  for (const input of graph.input.slice(0, 1)) {
    const type = input.type?.tensorType;
    if (type === undefined || !wholeTypes.has(type.elemType)) continue;
    const whole = `${namePrefix}whole/${input.name}`;
    renameReads(graph.node, input.name, whole);
    graph.node.unshift(castNode(input.name, whole, type.elemType));
    type.elemType = ElementType.float32;
  }
}

function renameReads(nodes: NodeProto[], from: string, to: string): void {
  for (const node of nodes) {
    node.input = node.input.map((input) => (input === from ? to : input));
    for (const { g, graphs } of node.attribute) {
      for (const graph of g === undefined ? graphs : [g, ...graphs]) renameReads(graph.node, from, to);
    }
  }
}

function castNode(from: string, to: string, elementType: number = ElementType.float32): NodeProto {
  const attribute = [makeAttribute('to', elementType)];
  return create(NodeProtoSchema, {
    name: `${namePrefix}upcast/${to}`,
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
    const stored = `${namePrefix}stored/${output}`;
    node.output = [stored];
    return [node, castNode(stored, output)];
  });
}
