/** A graph with its tensors' types and shapes, and who makes and reads each tensor. */

import { tensorAttribute } from './attributes.ts';
import type { GraphProto, NodeProto, TensorProto } from './onnx_pb.ts';
import { tensorValues } from './tensor-data.ts';

export interface TensorType {
  elementType: number;
  shape: number[];
}

export class Graph {
  readonly proto: GraphProto;
  readonly #types: Map<string, TensorType>;
  readonly #producers = new Map<string, NodeProto>();
  readonly #consumers = new Map<string, NodeProto[]>();
  readonly #initializers = new Map<string, TensorProto>();

  constructor(proto: GraphProto, types: ReadonlyMap<string, TensorType> = new Map()) {
    this.proto = proto;
    this.#types = new Map(types);
    this.#index(proto.node, proto.initializer);
  }

  get types(): ReadonlyMap<string, TensorType> {
    return this.#types;
  }

  /** Adds nodes that read what is there already, behind all others. */
  append(nodes: readonly NodeProto[], initializers: readonly TensorProto[], types: ReadonlyMap<string, TensorType>) {
    this.proto.node.push(...nodes);
    this.proto.initializer.push(...initializers);
    for (const [tensor, type] of types) this.#types.set(tensor, type);
    this.#index(nodes, initializers);
  }

  #index(nodes: readonly NodeProto[], initializers: readonly TensorProto[]): void {
    for (const tensor of initializers) this.#initializers.set(tensor.name, tensor);
    for (const node of nodes) {
      for (const output of node.output) if (output !== '') this.#producers.set(output, node);
      for (const input of new Set(this.reads(node))) {
        const readers = this.#consumers.get(input);
        if (readers === undefined) this.#consumers.set(input, [node]);
        else readers.push(node);
      }
    }
  }

  /** Nodes in topological order, as ONNX requires. */
  get nodes(): readonly NodeProto[] {
    return this.proto.node;
  }

  /** What a node reads: its inputs, and whatever the branches of an If or the body of a Loop take from around them. */
  reads(node: NodeProto): readonly string[] {
    const inner = node.attribute.flatMap(({ g, graphs }) => (g === undefined ? graphs : [g, ...graphs]));
    if (inner.length === 0) return node.input;
    const captured = inner.flatMap((graph) => {
      const own = new Set([...graph.node.flatMap((n) => n.output), ...graph.initializer.map((t) => t.name)]);
      for (const input of graph.input) own.add(input.name);
      const read = [...graph.node.flatMap((n) => this.reads(n)), ...graph.output.map((output) => output.name)];
      return read.filter((name) => name !== '' && !own.has(name));
    });
    return [...node.input, ...captured];
  }

  producer(tensor: string): NodeProto | undefined {
    return this.#producers.get(tensor);
  }

  consumers(tensor: string): readonly NodeProto[] {
    return this.#consumers.get(tensor) ?? [];
  }

  /** The model's weights and constants. */
  isInitializer(tensor: string): boolean {
    return this.#initializers.has(tensor);
  }

  type(tensor: string): TensorType | undefined {
    const known = this.#types.get(tensor);
    if (known !== undefined) return known;
    const initializer = this.#initializers.get(tensor);
    return initializer && { elementType: initializer.dataType, shape: initializer.dims.map(Number) };
  }

  /** Values of a small constant (axes, pads, a target shape) in row-major order; undefined when not known before a run. */
  constant(tensor: string): number[] | undefined {
    const initializer = this.#initializers.get(tensor);
    if (initializer !== undefined) return tensorValues(initializer);
    const node = this.#producers.get(tensor);
    const value = node?.opType === 'Constant' ? tensorAttribute(node, 'value') : undefined;
    return value && tensorValues(value);
  }
}
