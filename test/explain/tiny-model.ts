/** Tiny ONNX models, written node by node. */

import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { create } from '@bufbuild/protobuf';
import { type AttributeValue, makeAttribute } from '../../src/explain/onnx/attributes.ts';
import { ElementType } from '../../src/explain/onnx/element-type.ts';
import { type OnnxModel, writeModel } from '../../src/explain/onnx/model-file.ts';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from '../../src/explain/onnx/onnx_pb.ts';
import { float32Tensor, int64Tensor } from '../../src/explain/onnx/tensor-data.ts';
import { seededRandom } from './gradients/samples.ts';

/** A number is a fixed size, a string a free one. */
export type Dimensions = (number | string)[];

export interface NodeOptions {
  name?: string;
  /** One name, or several outputs' names; default: the node's name with `_output_0`, as PyTorch writes it. */
  output?: string | string[];
  attributes?: Record<string, AttributeValue>;
  domain?: string;
  metadata?: Record<string, string>;
}

/** The input and output of a model under the names that tests refer to. */
export const inputName = 'input';

export class TinyModel {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];
  readonly inputs: ValueInfoProto[] = [];
  readonly outputs: ValueInfoProto[] = [];
  opset: number;
  irVersion: number;
  readonly #random: () => number;

  constructor(options: { opset?: number; irVersion?: number; seed?: string } = {}) {
    this.opset = options.opset ?? 18;
    this.irVersion = options.irVersion ?? 8;
    this.#random = seededRandom(options.seed ?? 'tiny model');
  }

  input(dims: Dimensions, name = inputName, elementType: number = ElementType.float32): string {
    this.inputs.push(declared(name, dims, elementType));
    return name;
  }

  /** A weight with seeded values between -1 and 1, or with the given ones. */
  weight(name: string, dims: number[], values?: number[]): string {
    const size = dims.reduce((a, b) => a * b, 1);
    const seeded = () => Array.from({ length: size }, () => 2 * this.#random() - 1);
    this.initializers.push(float32Tensor(name, values ?? seeded(), dims));
    return name;
  }

  ints(name: string, values: number[], dims?: number[]): string {
    this.initializers.push(int64Tensor(name, values, dims));
    return name;
  }

  /** Appends a node and returns its first output. */
  node(opType: string, input: string[], options: NodeOptions = {}): string {
    const name = options.name ?? `${opType}_${this.nodes.length}`;
    const output = typeof options.output === 'object' ? options.output : [options.output ?? `${name}_output_0`];
    this.nodes.push(
      create(NodeProtoSchema, {
        name,
        opType,
        input,
        output,
        domain: options.domain ?? '',
        attribute: Object.entries(options.attributes ?? {}).map(([key, value]) => makeAttribute(key, value)),
        metadataProps: Object.entries(options.metadata ?? {}).map(([key, value]) =>
          create(StringStringEntryProtoSchema, { key, value }),
        ),
      }),
    );
    return output[0] ?? '';
  }

  /** A 3x3 convolution that keeps the grid, with a bias. */
  conv(input: string, name: string, from: number, to: number, attributes: Record<string, AttributeValue> = {}): string {
    const weights = [this.weight(`${name}.weight`, [to, from, 3, 3]), this.weight(`${name}.bias`, [to])];
    return this.node('Conv', [input, ...weights], {
      name,
      attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1], ...attributes },
    });
  }

  /** `[N, from]` to `[N, to]`. */
  linear(input: string, name: string, from: number, to: number): string {
    const weights = [this.weight(`${name}.weight`, [to, from]), this.weight(`${name}.bias`, [to])];
    return this.node('Gemm', [input, ...weights], { name, attributes: { transB: 1 } });
  }

  /** Global average pooling and a linear layer: a head for which CAM is defined. */
  pooledHead(features: string, channels: number, classes: number): string {
    const pooled = this.node('GlobalAveragePool', [features], { name: '/avgpool/GlobalAveragePool' });
    const flat = this.node('Flatten', [pooled], { name: '/Flatten' });
    return this.linear(flat, '/fc/Gemm', channels, classes);
  }

  output(tensor: string, dims: Dimensions = [], elementType: number = ElementType.float32): this {
    this.outputs.push(declared(tensor, dims, elementType));
    return this;
  }

  build(): OnnxModel {
    const graph = create(GraphProtoSchema, {
      name: 'tiny',
      node: this.nodes,
      initializer: this.initializers,
      input: this.inputs,
      output: this.outputs,
    });
    const opsetImport = [
      create(OperatorSetIdProtoSchema, { domain: '', version: BigInt(this.opset) }),
      create(OperatorSetIdProtoSchema, { domain: 'com.microsoft', version: 1n }),
      create(OperatorSetIdProtoSchema, { domain: 'ai.onnx.ml', version: 3n }),
    ];
    const model = create(ModelProtoSchema, { irVersion: BigInt(this.irVersion), graph, opsetImport });
    return { ...model, graph };
  }

  /** Writes the model into a folder and returns its path. */
  async write(folder: string, file = 'model.onnx'): Promise<string> {
    const target = path.join(folder, file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeModel(this.build(), target);
    return target;
  }
}

function declared(name: string, dims: Dimensions, elemType: number): ValueInfoProto {
  const shape = create(TensorShapeProtoSchema, {
    dim: dims.map((size) =>
      create(TensorShapeProto_DimensionSchema, {
        value: typeof size === 'number' ? { case: 'dimValue', value: BigInt(size) } : { case: 'dimParam', value: size },
      }),
    ),
  });
  const tensorType = create(TypeProto_TensorSchema, { elemType, ...(dims.length === 0 ? {} : { shape }) });
  return create(ValueInfoProtoSchema, { name, type: create(TypeProtoSchema, { tensorType }) });
}

/** Side of the images that the networks below take. */
const side = 8;
export const classCount = 5;

/**
 * A classifier named as PyTorch names it: `features` is a Sequential of Conv, ReLU, MaxPool, Conv and ReLU from
 * `[N, 3, 8, 8]` down to `[N, 6, 4, 4]`, then pooling, `fc` and the operators of `end`.
 */
export function smallClassifier(options: { batch?: number | string; opset?: number; end?: string[] } = {}): TinyModel {
  const model = new TinyModel({ opset: options.opset ?? 18 });
  model.input([options.batch ?? 'batch', 3, side, side]);
  let x = model.conv(inputName, '/features/features.0/Conv', 3, 4);
  x = model.node('Relu', [x], { name: '/features/features.1/Relu' });
  x = model.node('MaxPool', [x], {
    name: '/features/features.2/MaxPool',
    attributes: { kernel_shape: [2, 2], strides: [2, 2] },
  });
  x = model.conv(x, '/features/features.3/Conv', 4, 6);
  x = model.node('Relu', [x], { name: '/features/features.4/Relu' });
  x = model.pooledHead(x, 6, classCount);
  const end = options.end ?? [];
  end.forEach((operator, i) => {
    x = model.node(operator, [x], { name: i === end.length - 1 ? `/${operator}` : `/${operator}_${i}` });
  });
  return model.output(x);
}

/** Seeded pixels between -1 and 1. */
export function pixels(count: number, size = 3 * side * side, seed = 'pixels'): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: count * size }, () => 2 * random() - 1);
}
