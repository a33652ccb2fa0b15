/** Giving a compiled model the inputs and outputs that its users see, under readable names. */

import { create } from '@bufbuild/protobuf';
import { neededNodes } from '../assemble.ts';
import { makeAttribute } from '../onnx/attributes.ts';
import { type Builder, namePrefix } from '../onnx/builder.ts';
import { ElementType, isFloat } from '../onnx/element-type.ts';
import { Graph } from '../onnx/graph.ts';
import type { OnnxModel } from '../onnx/model-file.ts';
import {
  type GraphProto,
  type NodeProto,
  NodeProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from '../onnx/onnx_pb.ts';
import { pixelInput } from '../pixel-input.ts';
import { labelInput } from '../target.ts';
import { UserError } from '../user-error.ts';
import type { NamedOutput } from './outputs.ts';
import { renameTensors, tensorNames } from './rename-tensors.ts';

/** The engine's name of the input that says which class to explain, for the target `any`. */
export const anyClassInput = `${namePrefix}target`;

/** What files call the inputs that the engine adds. */
const inputNames = new Map([
  [pixelInput, 'pixels'],
  [labelInput, 'label'],
  [anyClassInput, 'target'],
]);

/**
 * Makes these the model's outputs, in place, with nothing left that they do not need.
 * @param appended nodes and constants that the outputs need beside the model's
 * @param picture the model's own input of pictures, with its element type in the source
 * @throws UserError `name-taken`
 */
export function present(
  model: OnnxModel,
  appended: Builder,
  outputs: readonly NamedOutput[],
  picture: { name: string; elementType: number },
): void {
  const { graph } = model;
  graph.node.push(...appended.nodes);
  graph.initializer.push(...appended.initializers);
  restoreType(graph, picture);
  const given = new Set([...graph.input, ...graph.initializer].map(({ name }) => name));
  const names = new Map(graph.input.map(({ name }) => [name, nameInFile(name)] as const));
  const copied: NamedOutput[] = [];
  for (const output of outputs) {
    if (names.has(output.tensor) || given.has(output.tensor)) copied.push(output);
    else names.set(output.tensor, output.name);
  }
  refuseTaken(graph, outputs);
  const own = tensorNames(graph);
  for (const name of [...names.values(), ...copied.map((output) => output.name)]) {
    if (own.has(name) && !names.has(name)) names.set(name, `${namePrefix}own/${name}`);
  }
  graph.output = [];
  renameTensors(graph, names);
  graph.node.push(...copied.map(({ tensor, name }) => copyNode(names.get(tensor) ?? tensor, name)));
  graph.output = outputs.map(({ name }) => create(ValueInfoProtoSchema, { name }));
  dropUnused(graph);
}

/** What the file calls an input of the engine's graph. */
export function nameInFile(input: string): string {
  return inputNames.get(input) ?? input;
}

/** Nodes and weights that no output needs; inputs stay. */
export function dropUnused(graph: GraphProto): void {
  const whole = new Graph(graph);
  graph.node = neededNodes(
    graph.node,
    whole,
    graph.output.map(({ name }) => name),
  );
  const read = new Set(graph.node.flatMap((node) => whole.reads(node)));
  graph.initializer = graph.initializer.filter(({ name }) => read.has(name));
}

function refuseTaken(graph: GraphProto, outputs: readonly NamedOutput[]): void {
  const taken = new Set(outputs.map(({ name }) => name));
  for (const { name } of graph.input) {
    const inFile = nameInFile(name);
    if (taken.has(inFile)) {
      throw new UserError(
        'name-taken',
        `The model has an input '${inFile}', which is what compiled files call an input or output of their own. Rename the model's input, and compile again.`,
      );
    }
    taken.add(inFile);
  }
}

/** The engine's graph takes float32; the file takes what the model does. */
function restoreType(graph: GraphProto, { name, elementType }: { name: string; elementType: number }): void {
  const input = graph.input.find((each) => each.name === name);
  const type = input?.type?.tensorType;
  if (input === undefined || type === undefined || type.elemType === elementType) return;
  type.elemType = elementType;
  // Whole numbers are cast to their own type first thing.
  if (!isFloat(elementType)) return;
  const wide = `${namePrefix}wide/${name}`;
  renameTensors(graph, new Map([[name, wide]]));
  input.name = name;
  const attribute = [makeAttribute('to', ElementType.float32)];
  graph.node.unshift(create(NodeProtoSchema, { name: wide, opType: 'Cast', input: [name], output: [wide], attribute }));
}

function copyNode(from: string, to: string): NodeProto {
  return create(NodeProtoSchema, { name: `${namePrefix}copy/${to}`, opType: 'Identity', input: [from], output: [to] });
}

/** Writes types and shapes of inputs and outputs; `N` is a size that is free. */
export function declareOutputs(graph: GraphProto, outputs: readonly NamedOutput[], batch: number | 'N'): void {
  graph.output = outputs.map(({ name, elementType, shape }) => declared(name, elementType, [batch, ...shape]));
}

/** As ONNX declares a tensor. */
export function declared(name: string, elemType: number, shape: readonly (number | 'N')[]): ValueInfoProto {
  const dim = shape.map((size) =>
    create(TensorShapeProto_DimensionSchema, {
      value: size === 'N' ? { case: 'dimParam', value: size } : { case: 'dimValue', value: BigInt(size) },
    }),
  );
  const tensorType = create(TypeProto_TensorSchema, { elemType, shape: create(TensorShapeProtoSchema, { dim }) });
  return create(ValueInfoProtoSchema, { name, type: create(TypeProtoSchema, { tensorType }) });
}
