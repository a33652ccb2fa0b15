/** Writes a classifier as PyTorch's TorchScript exporter would: its node names, its folded BatchNorm, a free batch. */

import { create } from '@bufbuild/protobuf';
import { Random } from '../../demo/draw/random.ts';
import { type AttributeValue, makeAttribute } from '../../src/explain/onnx/attributes.ts';
import { ElementType } from '../../src/explain/onnx/element-type.ts';
import type { OnnxModel } from '../../src/explain/onnx/model-file.ts';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from '../../src/explain/onnx/onnx_pb.ts';
import { int64Tensor } from '../../src/explain/onnx/tensor-data.ts';
import { scopesOf } from './scopes.ts';

/** A tensor `[N, channels, h, w]`, or `[N, channels]` behind `flatten`. */
export interface Value {
  tensor: string;
  channels: number;
  /** Mean square of the values with these weights, roughly: what keeps a deep network's values finite. */
  power: number;
  /** Whether the values lie evenly on both sides of zero. */
  centred: boolean;
}

export interface Convolution {
  channels: number;
  /** Side of the kernel. */
  kernel: number;
  stride?: number;
  /** Default: what keeps the grid where the stride is 1. */
  padding?: number;
  groups?: number;
  /** Mean square of the output; default 1. */
  power?: number;
}

const operatorSet = 17n;
const irVersion = 8n;
export const imageSide = 224;
/** Standard deviation of biases: what BatchNorm's shift is when it is folded into the convolution before it. */
const biasDeviation = 0.1;

/**
 * Each method appends one node for the module at a dotted path such as `layer4.2.conv1` and returns what it computes. BatchNorm is
 * folded into the convolutions, because that is what the exporter writes for a network in eval mode. Weights are uniform with the
 * variance of He et al. (https://arxiv.org/abs/1502.01852), so that the mean square is the same behind every layer.
 */
export class Network {
  readonly input: Value = { tensor: 'input', channels: 3, power: 1, centred: true };
  readonly #name: string;
  readonly #random: Random;
  readonly #nodes: NodeProto[] = [];
  readonly #weights: TensorProto[] = [];
  readonly #used = new Map<string, number>();
  readonly #named = new Map<string, number>();

  /** The same name and seed give the same file. */
  constructor(name: string, seed: number) {
    this.#name = name;
    this.#random = new Random('network', name, seed);
  }

  conv(module: string, from: Value, convolution: Convolution): Value {
    const { channels, kernel, stride = 1, padding = (kernel - 1) / 2, groups = 1, power = 1 } = convolution;
    const inputs = from.channels / groups;
    const variance = power / (from.power * inputs * kernel * kernel);
    const weights = [
      this.#weight(`${module}.weight`, [channels, inputs, kernel, kernel], Math.sqrt(variance)),
      this.#weight(`${module}.bias`, [channels], biasDeviation),
    ];
    const tensor = this.#node(module, 'Conv', [from.tensor, ...weights], {
      dilations: [1, 1],
      group: groups,
      kernel_shape: [kernel, kernel],
      pads: [padding, padding, padding, padding],
      strides: [stride, stride],
    });
    return { tensor, channels, power, centred: true };
  }

  relu(module: string, from: Value): Value {
    return rectified(from, this.#node(module, 'Relu', [from.tensor]));
  }

  relu6(module: string, from: Value): Value {
    const limits = [this.#scalar('zero', 0), this.#scalar('six', 6)];
    return rectified(from, this.#node(module, 'Clip', [from.tensor, ...limits]));
  }

  add(module: string, first: Value, second: Value): Value {
    const tensor = this.#node(module, 'Add', [first.tensor, second.tensor], {}, true);
    return { ...first, tensor, power: first.power + second.power, centred: first.centred && second.centred };
  }

  maxPool(module: string, from: Value): Value {
    const attributes = { ceil_mode: 0, kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2] };
    return { ...from, tensor: this.#node(module, 'MaxPool', [from.tensor], attributes) };
  }

  /** Global average pooling and flattening to `[N, channels]`. */
  pool(module: string, from: Value): Value {
    const pooled = this.#node(module, 'GlobalAveragePool', [from.tensor], {}, module === '');
    return { ...from, tensor: this.#node('', 'Flatten', [pooled], { axis: 1 }, true) };
  }

  /** The last layer, whose result is the model's output. */
  linear(module: string, from: Value, classes: number): OnnxModel {
    const weights = [
      this.#weight(`${module}.weight`, [classes, from.channels], Math.sqrt(1 / (from.power * from.channels))),
      this.#weight(`${module}.bias`, [classes], biasDeviation),
    ];
    const attributes = { alpha: { float: 1 }, beta: { float: 1 }, transB: 1 };
    const logits = this.#node(module, 'Gemm', [from.tensor, ...weights], attributes);
    const graph = create(GraphProtoSchema, {
      name: this.#name,
      node: this.#nodes,
      initializer: this.#weights,
      input: [declaration(this.input.tensor, ['batch', this.input.channels, imageSide, imageSide])],
      output: [declaration(logits, ['batch', classes])],
    });
    const opsetImport = [create(OperatorSetIdProtoSchema, { version: operatorSet })];
    return { ...create(ModelProtoSchema, { irVersion, opsetImport, producerName: 'gradline bench' }), graph };
  }

  /** One operator of a module, of any tensors. */
  operator(module: string, opType: string, input: string[], attributes: Record<string, AttributeValue> = {}): string {
    return this.#node(module, opType, input, attributes, true);
  }

  /** A weight as PyTorch's `named_parameters` calls it. */
  parameter(name: string, dims: number[], deviation: number): string {
    return this.#weight(name, dims, deviation);
  }

  ones(name: string, size: number): string {
    return this.#keep(name, [size], new Float32Array(size).fill(1));
  }

  scalar(value: number): string {
    return this.#scalar(`number ${value}`, value);
  }

  integers(values: number[], dims: number[] = [values.length]): string {
    const name = `integers ${values.join()} of ${dims.join('x')}`;
    if (!this.#weights.some((known) => known.name === name)) this.#weights.push(int64Tensor(name, values, dims));
    return name;
  }

  /** @param own whether the node belongs to the module itself, or to the module's one operator such as a Conv2d's Conv */
  #node(
    module: string,
    opType: string,
    input: string[],
    attributes: Record<string, AttributeValue> = {},
    own = false,
  ): string {
    const scope = [...scopesOf(module)];
    // A module that is called again has a number behind its name: /layer1/layer1.0/relu_1/Relu.
    const path = `/${scope.join('/')}`;
    const calls = this.#used.get(path) ?? 0;
    if (!own) this.#used.set(path, calls + 1);
    const called = calls === 0 || own ? path : `${path}_${calls}`;
    const plain = module === '' ? `/${opType}` : `${called}/${opType}`;
    // An operator that a module calls again has a number behind its name: /attention/MatMul_1.
    const same = this.#named.get(plain) ?? 0;
    this.#named.set(plain, same + 1);
    const name = same === 0 ? plain : `${plain}_${same}`;
    const output = `${name}_output_0`;
    const attribute = Object.entries(attributes).map(([key, value]) => makeAttribute(key, value));
    this.#nodes.push(create(NodeProtoSchema, { name, opType, input, output: [output], attribute }));
    return output;
  }

  #weight(name: string, dims: number[], deviation: number): string {
    const limit = Math.sqrt(3) * deviation;
    const values = new Float32Array(dims.reduce((a, b) => a * b, 1));
    for (let i = 0; i < values.length; i++) values[i] = this.#random.between(-limit, limit);
    return this.#keep(name, dims, values);
  }

  #scalar(name: string, value: number): string {
    return this.#weights.some((known) => known.name === name) ? name : this.#keep(name, [], Float32Array.of(value));
  }

  #keep(name: string, dims: number[], values: Float32Array<ArrayBuffer>): string {
    const rawData = new Uint8Array(values.buffer);
    this.#weights.push(
      create(TensorProtoSchema, { name, dataType: ElementType.float32, dims: dims.map(BigInt), rawData }),
    );
    return name;
  }
}

/** Half of centred values become 0, and with them half of the mean square. What is mostly positive stays as it is. */
function rectified(from: Value, tensor: string): Value {
  return { ...from, tensor, power: from.centred ? from.power / 2 : from.power, centred: false };
}

/** @param shape sizes; a name for a free one */
function declaration(name: string, shape: (number | string)[]): ValueInfoProto {
  const dim = shape.map((size) => ({
    value:
      typeof size === 'number'
        ? { case: 'dimValue' as const, value: BigInt(size) }
        : { case: 'dimParam' as const, value: size },
  }));
  return create(ValueInfoProtoSchema, {
    name,
    type: { tensorType: { elemType: ElementType.float32, shape: { dim } } },
  });
}
