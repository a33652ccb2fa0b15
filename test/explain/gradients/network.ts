/** Small ONNX models for gradient tests: from rows of a table, or node by node. */

import { clone, create } from '@bufbuild/protobuf';
import { Float16Array } from '@petamoriken/float16';
import { type AttributeValue, makeAttribute } from '../../../src/explain/onnx/attributes.ts';
import { ElementType } from '../../../src/explain/onnx/element-type.ts';
import type { OnnxModel } from '../../../src/explain/onnx/model-file.ts';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from '../../../src/explain/onnx/onnx_pb.ts';
import { shapeProto } from '../../../src/explain/onnx/sizes.ts';
import { float32Tensor, int64Tensor } from '../../../src/explain/onnx/tensor-data.ts';
import { type Sample, seededRandom, spreadValues } from './samples.ts';

export interface NetworkInput {
  name: string;
  shape: number[];
  elementType: number;
  values: number[];
  /** Whether it is fed at each run and differentiated, or a constant of the model. */
  varies: boolean;
}

export interface Network {
  title: string;
  opset: number;
  inputs: NetworkInput[];
  nodes: NodeProto[];
  /** Shape of the score where ONNX Runtime does not infer it. */
  scoreShape?: number[];
  /** Tensors of floats that the score is made of. */
  outputs: string[];
}

/** An input of a case, before it has a name. */
export interface InputKind {
  shape: number[];
  elementType: number;
  sample: Sample;
  varies: boolean;
}

/** An input to differentiate. */
export const x = (shape: number[], sample: Sample = spreadValues): InputKind => ({
  shape,
  elementType: ElementType.float32,
  sample,
  varies: true,
});

/** A weight or another constant of floats. */
export const w = (shape: number[], sample: Sample = spreadValues): InputKind => ({
  ...x(shape, sample),
  varies: false,
});

/** A constant of int64; `[]` as the shape makes a scalar. */
export const ints = (values: number[], shape: number[] = [values.length]): InputKind => ({
  shape,
  elementType: ElementType.int64,
  sample: () => values,
  varies: false,
});

/** A constant of another type of numbers, e.g. `typed('uint8', [128], [])`. */
export const typed = (
  type: 'bool' | 'uint8' | 'int8' | 'int16' | 'int32',
  values: number[],
  shape: number[],
): InputKind => ({
  ...ints(values, shape),
  elementType: ElementType[type],
});

/** A single number of float32, without axes. */
export const scalar = (value: number): InputKind => w([], () => [value]);

export const omitted = undefined;

export interface Case {
  /** As the rule table names it: `Conv`, `com.microsoft.Gelu`. */
  operator: string;
  /** What this row adds to the operator's others. */
  title?: string;
  /** Of the standard operators; 18 when left out, which every rule must serve. */
  opset?: number;
  inputs: (InputKind | undefined)[];
  attributes?: Record<string, AttributeValue>;
  /** The output's shape where ONNX Runtime does not infer it. */
  outputShape?: number[];
  /** How many outputs the node has; `scored` says which of them are made into the score: all when left out. */
  outputs?: number;
  scored?: number[];
  /** Largest error relative to 1 + the largest gradient. */
  tolerance?: number;
  step?: number;
  /** Whether an input without influence is no mistake of the row. */
  mayVanish?: boolean;
  /** Nodes behind the first; they name its outputs `output0`, `output1`, ... and each other's `next0`, `next1`, ... */
  next?: Step[];
  /** A row over the same varying inputs whose differences stand for this one's, where this one steps. */
  reference?: Step;
}

/** A node whose inputs are new ones or outputs of nodes before it. */
export interface Step {
  operator: string;
  inputs: (InputKind | string | undefined)[];
  attributes?: Record<string, AttributeValue>;
}

export function titleOf({ operator, title }: Case): string {
  return title === undefined ? operator : `${operator}: ${title}`;
}

/** The network of a row: one node, and those that follow it. */
export function networkOf(row: Case): Network {
  const title = titleOf(row);
  const random = seededRandom(title);
  const inputs: NetworkInput[] = [];
  const nameInputs = (kinds: Step['inputs']) =>
    kinds.map((kind) => {
      if (kind === undefined) return '';
      if (typeof kind === 'string') return kind;
      const { sample, ...rest } = kind;
      const name = `input${inputs.length}`;
      inputs.push({ ...rest, name, values: sample(sizeOf(kind.shape), random) });
      return name;
    });
  const outputs = Array.from({ length: row.outputs ?? 1 }, (_, i) => `output${i}`);
  const nodes = [node(row.operator, nameInputs(row.inputs), outputs, row.attributes)];
  for (const [i, { operator, inputs: kinds, attributes }] of (row.next ?? []).entries()) {
    nodes.push(node(operator, nameInputs(kinds), [`next${i}`], attributes));
  }
  const last = row.next === undefined ? undefined : `next${row.next.length - 1}`;
  const scored = row.scored ?? outputs.map((_, i) => i);
  return {
    title,
    opset: row.opset ?? 18,
    inputs,
    nodes,
    outputs: last === undefined ? scored.map((i) => `output${i}`) : [last],
    ...(row.outputShape && { scoreShape: row.outputShape }),
  };
}

/** The network whose differences a row is compared with. */
export function referenceOf(row: Case): Network {
  if (row.reference === undefined) return networkOf(row);
  const { operator, inputs, attributes } = row.reference;
  const reference = networkOf({
    operator: 'Identity',
    inputs: [],
    title: 'reference',
    ...(row.opset && { opset: row.opset }),
  });
  const given = networkOf(row).inputs.filter((input) => input.varies);
  const random = seededRandom(titleOf(row));
  const constants: NetworkInput[] = [];
  const names = inputs.map((kind, i) => {
    if (kind === undefined) return '';
    if (typeof kind === 'string') return kind;
    const { sample, ...rest } = kind;
    constants.push({ ...rest, name: `reference${i}`, values: sample(sizeOf(kind.shape), random) });
    return `reference${i}`;
  });
  return { ...reference, inputs: [...given, ...constants], nodes: [node(operator, names, ['output0'], attributes)] };
}

export function node(
  operator: string,
  input: string[],
  output: string[],
  attributes: Record<string, AttributeValue> = {},
): NodeProto {
  const dot = operator.lastIndexOf('.');
  return create(NodeProtoSchema, {
    name: `node of ${output[0]}`,
    opType: operator.slice(dot + 1),
    domain: operator.slice(0, Math.max(dot, 0)),
    input,
    output,
    attribute: Object.entries(attributes).map(([key, value]) => makeAttribute(key, value)),
  });
}

/** The model, and the tensor that holds all scored outputs: the only one as it is, several flattened and joined. */
export function buildNetwork(network: Network): { model: OnnxModel; score: string } {
  const nodes = network.nodes.map((n) => clone(NodeProtoSchema, n));
  const initializer = network.inputs.filter((input) => !input.varies).map(constantTensor);
  let [score = ''] = network.outputs;
  if (network.outputs.length > 1) {
    initializer.push(int64Tensor('flat', [-1]));
    for (const output of network.outputs) nodes.push(node('Reshape', [output, 'flat'], [`flat ${output}`]));
    score = 'score';
    nodes.push(
      node(
        'Concat',
        network.outputs.map((output) => `flat ${output}`),
        [score],
        { axis: 0 },
      ),
    );
  }
  const graph = create(GraphProtoSchema, {
    name: 'case',
    node: nodes,
    initializer,
    input: network.inputs.filter((input) => input.varies).map(declared),
    output: [create(ValueInfoProtoSchema, { name: score })],
  });
  const opsetImport = [
    create(OperatorSetIdProtoSchema, { domain: '', version: BigInt(network.opset) }),
    create(OperatorSetIdProtoSchema, { domain: 'com.microsoft', version: 1n }),
  ];
  const model = create(ModelProtoSchema, { irVersion: network.opset < 21 ? 8n : 10n, graph, opsetImport });
  return { model: { ...model, graph }, score };
}

function declared(input: NetworkInput) {
  const tensorType = create(TypeProto_TensorSchema, { elemType: input.elementType, shape: shapeProto(input.shape) });
  return create(ValueInfoProtoSchema, { name: input.name, type: create(TypeProtoSchema, { tensorType }) });
}

function constantTensor({ name, shape, elementType, values }: NetworkInput): TensorProto {
  if (elementType === ElementType.float32) return float32Tensor(name, values, shape);
  if (elementType === ElementType.int64) return int64Tensor(name, values, shape);
  if (elementType === ElementType.float16) {
    const bits = new Uint16Array(Float16Array.from(values).buffer);
    return create(TensorProtoSchema, { name, dataType: elementType, dims: shape.map(BigInt), int32Data: [...bits] });
  }
  return create(TensorProtoSchema, { name, dataType: elementType, dims: shape.map(BigInt), int32Data: values });
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
