/**
 * Freeing the batch: the engine compiles for one batch size, so the model is compiled for two, and whatever differs between them is
 * made to follow the number of pictures that the file is given.
 */

import { create, equals } from '@bufbuild/protobuf';
import { at } from '../at.ts';
import { Builder, namePrefix } from '../onnx/builder.ts';
import { ElementType } from '../onnx/element-type.ts';
import type { OnnxModel } from '../onnx/model-file.ts';
import {
  type AttributeProto,
  AttributeProtoSchema,
  type GraphProto,
  type NodeProto,
  type TensorProto,
  TensorProtoSchema,
} from '../onnx/onnx_pb.ts';
import { placeOf } from '../onnx/operator-name.ts';
import { dimensions } from '../onnx/sizes.ts';
import { tensorValues } from '../onnx/tensor-data.ts';
import { declared } from './present.ts';
import type { StoredTensors } from './stored-tensors.ts';

/** A model that was compiled for one batch size. */
export interface SizedModel {
  model: OnnxModel;
  batchSize: number;
  /** Its weights. */
  stored: StoredTensors;
}

/** Says which node fixes the batch, and why. */
export class FixedBatch extends Error {}

/**
 * Changes the first in place.
 * @param picture the input whose first axis is the batch
 * @throws FixedBatch
 */
export function freeBatch(first: SizedModel, second: SizedModel, picture: string): void {
  const freeing = new Freeing(first, second, picture);
  const { graph } = first.model;
  freeing.graph(graph, second.model.graph);
  graph.node = [...freeing.build.nodes, ...graph.node];
  graph.initializer.push(...freeing.build.initializers);
  const others = new Map(second.model.graph.input.map((input) => [input.name, dimensions(input)]));
  graph.input = graph.input.map((input) => {
    const other = others.get(input.name);
    const shape = dimensions(input).map((size, axis) => (size === other?.[axis] ? (size ?? 'N') : 'N'));
    return declared(input.name, input.type?.tensorType?.elemType ?? 0, shape);
  });
}

class Freeing {
  readonly build = new Builder(undefined, `${namePrefix}batch/`);
  readonly #first: SizedModel;
  readonly #second: SizedModel;
  readonly #picture: string;
  /** Tensors of the second model by name, as the first calls them. */
  readonly #names = new Map<string, string>();
  readonly #weights = { first: new Map<string, TensorProto>(), second: new Map<string, TensorProto>() };
  /** What follows the batch, by the names of a constant in both. */
  readonly #followed = new Map<string, string>();
  #count: string | undefined;

  constructor(first: SizedModel, second: SizedModel, picture: string) {
    this.#first = first;
    this.#second = second;
    this.#picture = picture;
  }

  graph(first: GraphProto, second: GraphProto): void {
    for (const tensor of first.initializer) this.#weights.first.set(tensor.name, tensor);
    for (const tensor of second.initializer) this.#weights.second.set(tensor.name, tensor);
    for (const [i, { name }] of first.input.entries()) this.#names.set(at(second.input, i).name, name);
    for (const [i, node] of first.node.entries()) this.#node(node, second.node[i]);
    const further = second.node[first.node.length];
    if (further !== undefined) throw otherwise(further);
    for (const [i, { name }] of first.output.entries()) {
      const other = second.output[i]?.name ?? '';
      if ((this.#names.get(other) ?? other) !== name)
        throw new FixedBatch(`'${name}' is made of other nodes for another batch size`);
    }
  }

  #node(node: NodeProto, other: NodeProto | undefined): void {
    const isSame =
      other !== undefined &&
      node.opType === other.opType &&
      node.domain === other.domain &&
      node.input.length === other.input.length &&
      node.output.length === other.output.length &&
      node.attribute.length === other.attribute.length;
    if (!isSame) throw otherwise(node);
    for (const attribute of node.attribute) this.#attribute(node, attribute, other);
    node.input = node.input.map((input, i) => this.#input(node, i, input, at(other.input, i)));
    for (const [i, output] of node.output.entries()) this.#names.set(at(other.output, i), output);
  }

  #attribute(node: NodeProto, own: AttributeProto, other: NodeProto): void {
    const { name } = own;
    const its = other.attribute.find((attribute) => attribute.name === name);
    if (its === undefined) throw otherwise(node);
    const [inner, itsInner] = [own, its].map(({ g, graphs }) => (g === undefined ? graphs : [g, ...graphs])) as [
      GraphProto[],
      GraphProto[],
    ];
    if (inner.length > 0 && inner.length === itsInner.length) {
      for (const [i, graph] of inner.entries()) this.graph(graph, at(itsInner, i));
      return;
    }
    if (equals(AttributeProtoSchema, own, its)) return;
    throw new FixedBatch(`the attribute '${name}' of ${placeOf(node)} depends on the batch size`);
  }

  #input(node: NodeProto, index: number, own: string, its: string): string {
    const [first, second] = [this.#weights.first.get(own), this.#weights.second.get(its)];
    if (first === undefined || second === undefined) {
      if ((this.#names.get(its) ?? its) === own) return own;
      throw otherwise(node);
    }
    const isShape = node.opType === 'Reshape' && index === 1;
    const key = JSON.stringify([own, its, isShape]);
    const followed = this.#followed.get(key) ?? this.#follow(node, first, second, isShape);
    this.#followed.set(key, followed);
    return followed;
  }

  /** The constant where it is the same in both, else a tensor that is made of the batch. */
  #follow(node: NodeProto, first: TensorProto, second: TensorProto, isShape: boolean): string {
    const [bytes, others] = [this.#first.stored.bytes(first), this.#second.stored.bytes(second)];
    const hasSameShape = first.dims.join() === second.dims.join() && first.dataType === second.dataType;
    if (hasSameShape && (bytes === undefined || others === undefined || Buffer.compare(bytes, others) === 0)) {
      return first.name;
    }
    const problem = new FixedBatch(
      `${placeOf(node)} reads '${first.name}', a constant that depends on the batch size in a way that cannot be followed`,
    );
    if (first.dataType !== second.dataType || bytes === undefined || others === undefined) throw problem;
    if (hasSameShape) {
      const values = first.dataType === ElementType.int64 && first.dims.length <= 1 ? this.#sizes(first, second) : null;
      if (values === null) throw problem;
      return this.#sizesTensor(values, first.dims.length, isShape);
    }
    return this.#repeated(first, second, bytes, others) ?? this.#raise(problem);
  }

  #raise(problem: FixedBatch): never {
    throw problem;
  }

  /** Each number as `times` the batch size and `more`; null where one is not. */
  #sizes(first: TensorProto, second: TensorProto): { times: number; more: number }[] | null {
    const [own, its] = [tensorValues(first) ?? [], tensorValues(second) ?? []];
    const sizes = own.map((value, i) => {
      const times = (at(its, i) - value) / (this.#second.batchSize - this.#first.batchSize);
      return { times, more: value - times * this.#first.batchSize };
    });
    return sizes.every(({ times }) => Number.isInteger(times)) ? sizes : null;
  }

  #sizesTensor(sizes: readonly { times: number; more: number }[], rank: number, isShape: boolean): string {
    const { build } = this;
    const free = sizes.filter(({ times }) => times !== 0);
    const isInferred = sizes.some(({ times, more }) => times === 0 && more < 0);
    const [only] = free;
    if (isShape && free.length === 1 && only?.more === 0 && !isInferred) {
      return build.ints(sizes.map(({ times, more }) => (times === 0 ? more : -1)));
    }
    const parts: string[] = [];
    let constants: number[] = [];
    const flush = () => {
      if (constants.length > 0) parts.push(build.ints(constants));
      constants = [];
    };
    for (const { times, more } of sizes) {
      if (times === 0) {
        constants.push(more);
        continue;
      }
      flush();
      const product = times === 1 ? this.#batch() : build.op('Mul', [this.#batch(), build.ints([times])]);
      parts.push(more === 0 ? product : build.op('Add', [product, build.ints([more])]));
    }
    flush();
    const joined = parts.length === 1 ? at(parts, 0) : build.op('Concat', parts, { axis: 0 });
    return rank === 0 ? build.op('Reshape', [joined, build.ints([], [0])]) : joined;
  }

  /** A constant that holds the same once for each picture, along one axis; undefined where it does not. */
  #repeated(first: TensorProto, second: TensorProto, bytes: Uint8Array, others: Uint8Array): string | undefined {
    const [own, its] = [first.dims.map(Number), second.dims.map(Number)];
    const axes = own.flatMap((size, axis) => (size === its[axis] ? [] : [axis]));
    const [axis] = axes;
    if (axis === undefined || axes.length > 1 || own.length !== its.length) return undefined;
    const each = at(own, axis) / this.#first.batchSize;
    if (!Number.isInteger(each) || at(its, axis) !== each * this.#second.batchSize) return undefined;
    const before = own.slice(0, axis).reduce((a, b) => a * b, 1);
    const once = oncePerBatch(bytes, before, this.#first.batchSize);
    const again = oncePerBatch(others, before, this.#second.batchSize);
    if (once === undefined || again === undefined || Buffer.compare(once, again) !== 0) return undefined;
    const name = `${namePrefix}batch/${first.name}`;
    const dims = own.with(axis, each).map(BigInt);
    this.build.initializers.push(create(TensorProtoSchema, { name, dataType: first.dataType, dims, rawData: once }));
    const repeats = own.map((_, i) => ({ times: i === axis ? 1 : 0, more: i === axis ? 0 : 1 }));
    return this.build.op('Tile', [name, this.#sizesTensor(repeats, 1, false)]);
  }

  /** The number of pictures, `[1]` int64. */
  #batch(): string {
    this.#count ??= this.build.op('Shape', [this.#picture], { start: 0, end: 1 });
    return this.#count;
  }
}

/** Of `[before, batch, ...]`, what every picture has: `[before, ...]`; undefined where one has something else. */
function oncePerBatch(bytes: Uint8Array, before: number, batchSize: number): Uint8Array | undefined {
  const length = bytes.length / before / batchSize;
  const once = new Uint8Array(before * length);
  for (let row = 0; row < before; row++) {
    const from = row * length * batchSize;
    const own = bytes.subarray(from, from + length);
    for (let image = 1; image < batchSize; image++) {
      const start = from + image * length;
      if (Buffer.compare(own, bytes.subarray(start, start + length)) !== 0) return undefined;
    }
    once.set(own, row * length);
  }
  return once;
}

function otherwise(node: NodeProto): FixedBatch {
  return new FixedBatch(`${placeOf(node)} is made in another way for another batch size`);
}
