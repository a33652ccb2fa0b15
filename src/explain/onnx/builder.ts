/** Appends nodes to a graph under names that cannot collide with the model's own. */

import { create } from '@bufbuild/protobuf';
import { at } from '../at.ts';
import { type AttributeValue, makeAttribute } from './attributes.ts';
import { ElementType } from './element-type.ts';
import {
  GraphProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from './onnx_pb.ts';
import { constantTensor, float32Tensor, int64Tensor } from './tensor-data.ts';

export type Attributes = Record<string, AttributeValue>;

export interface OpOptions {
  domain?: string;
  /** Names the result; default: a fresh name made from the operator. */
  output?: string;
}

export interface ScanParts {
  states: string[];
  inputs: string[];
  backwards: boolean;
  /** Default `multiplied`. */
  gates?: GateForm;
  /** Compute once, before the scan, what is the same for all entries. */
  hoist?: boolean;
  body(inner: Builder, states: string[], inputs: string[]): { states: string[]; outputs: string[] };
}

/** Pieces of a tensor of `shape` along one axis; `start` is the first cell of a piece, `end` the one behind its last. */
export interface Pieces {
  shape: readonly number[];
  axis: number;
  pieces: readonly { tensor: string; start: number; end: number }[];
}

/**
 * How a gradient is kept from where a function is flat (`../gradients/gates.ts`): multiplied with a mask, in the layout that convolutions keep
 * on x64's CPU provider; multiplied with a mask; or selected by a comparison.
 */
export type GateForm = 'blocked' | 'multiplied' | 'selected';

/** Everything the builder makes is named `gradline/...`. */
export const namePrefix = 'gradline/';

export class Builder {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];
  readonly gates: GateForm;
  readonly #constants = new Map<string, string>();
  readonly #repeated = new Map<string, { tensor: string; shape: number[] }>();
  readonly #placed = new Map<string, Pieces>();
  readonly #zeros = new Map<string, string>();
  readonly #prefix: string;
  #count = 0;

  /** @param prefix of its own for a builder of a graph inside of the graph, beginning with `namePrefix` */
  constructor(options: { gates: GateForm } = { gates: 'multiplied' }, prefix = namePrefix) {
    this.gates = options.gates;
    this.#prefix = prefix;
  }

  /** Appends one node with one output and returns the output's name. Empty strings stand for inputs left out. */
  op(opType: string, input: string[], attributes: Attributes = {}, options: OpOptions = {}): string {
    return at(this.ops(opType, input, 1, attributes, options), 0);
  }

  #fresh(opType: string): string {
    return `${this.#prefix}${opType}_${this.#count++}`;
  }

  /**
   * A Scan over the first axis of `inputs`, from the first entry to the last or, `backwards`, from the last to the first.
   * `body` makes of the states and of one entry of each input the next states, and `outputs`, which are stacked in the order of
   * the inputs; it may read tensors of the graph around it.
   */
  scan(parts: ScanParts): { states: string[]; outputs: string[] } {
    const name = this.#fresh('Scan');
    const inner = new Builder({ gates: parts.gates ?? 'multiplied' }, `${name}/`);
    const given = [...parts.states, ...parts.inputs].map((_, i) => `${name}/given_${i}`);
    const made = parts.body(inner, given.slice(0, parts.states.length), given.slice(parts.states.length));
    const results = [...made.states, ...made.outputs];
    const tensorType = create(TypeProto_TensorSchema, { elemType: ElementType.float32 });
    const input = given.map((each) =>
      create(ValueInfoProtoSchema, { name: each, type: create(TypeProtoSchema, { tensorType }) }),
    );
    // An output of the body must be made in it, once.
    const output = results.map((tensor) => create(ValueInfoProtoSchema, { name: inner.op('Identity', [tensor]) }));
    const kept = parts.hoist === true ? this.#hoist(inner, given, output) : inner;
    const { nodes, initializers } = kept;
    const graph = create(GraphProtoSchema, { name, node: nodes, initializer: initializers, input, output });
    const direction = parts.backwards ? 1 : 0;
    const outer = this.ops('Scan', [...parts.states, ...parts.inputs], results.length, {
      body: { graph },
      num_scan_inputs: parts.inputs.length,
      scan_input_directions: parts.inputs.map(() => direction),
      scan_output_directions: made.outputs.map(() => direction),
    });
    return { states: outer.slice(0, made.states.length), outputs: outer.slice(made.states.length) };
  }

  /** Takes from a body what does not depend on the entries, and returns the rest. */
  #hoist(
    inner: Builder,
    given: readonly string[],
    results: readonly { name: string }[],
  ): Pick<Builder, 'nodes' | 'initializers'> {
    const changing = new Set(given);
    const made = new Set(results.map(({ name }) => name));
    const nodes = inner.nodes.filter((node) => {
      const stays = node.output.some((output) => made.has(output)) || node.attribute.some(({ g }) => g !== undefined);
      if (!stays && !node.input.some((input) => changing.has(input))) return false;
      for (const output of node.output) changing.add(output);
      return true;
    });
    const kept = new Set(nodes);
    this.initializers.push(...inner.initializers);
    this.nodes.push(...inner.nodes.filter((node) => !kept.has(node)));
    return { nodes, initializers: [] };
  }

  /** As `op`, for operators with several outputs. */
  ops(
    opType: string,
    input: string[],
    outputs: number,
    attributes: Attributes = {},
    options: OpOptions = {},
  ): string[] {
    const name = this.#fresh(opType);
    const output =
      outputs === 1 ? [options.output ?? `${name}:0`] : Array.from({ length: outputs }, (_, i) => `${name}:${i}`);
    this.nodes.push(
      create(NodeProtoSchema, {
        name,
        opType,
        domain: options.domain ?? '',
        input,
        output,
        attribute: Object.entries(attributes).map(([key, value]) => makeAttribute(key, value)),
      }),
    );
    return output;
  }

  /** Appends a copy of a node of one output that reads something else, and returns its result. */
  copy(node: NodeProto, input: string[]): string {
    const name = this.#fresh(node.opType);
    const { opType, domain, attribute } = node;
    const output = `${name}:0`;
    this.nodes.push(create(NodeProtoSchema, { name, opType, domain, attribute, input, output: [output] }));
    return output;
  }

  /** An int64 constant; equal constants are shared. `dims` `[]` makes a scalar. */
  ints(values: number[], dims?: number[]): string {
    return this.#constant('i', values, dims, int64Tensor);
  }

  /** A float32 constant; equal constants are shared. `dims` `[]` makes a scalar. */
  floats(values: number[], dims?: number[]): string {
    return this.#constant('f', values, dims, float32Tensor);
  }

  /** An int32 constant, as `ints`. */
  int32s(values: number[], dims: number[] = [values.length]): string {
    return this.#constant('i32', values, dims, (name) => constantTensor(name, ElementType.int32, values, dims));
  }

  scalar(value: number): string {
    return this.floats([value], []);
  }

  #constant(
    kind: string,
    values: number[],
    dims: number[] | undefined,
    make: (name: string, values: number[], dims?: number[]) => TensorProto,
  ): string {
    const key = `${kind}[${dims?.join() ?? 'vector'}]${values.map((v) => (Object.is(v, -0) ? '-0' : v)).join()}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const name = `${this.#prefix}constant_${this.#constants.size}`;
    this.initializers.push(make(name, values, dims));
    this.#constants.set(key, name);
    return name;
  }

  reshape(tensor: string, shape: number[]): string {
    return this.op('Reshape', [tensor, this.ints(shape)]);
  }

  transpose(tensor: string, perm: number[]): string {
    return perm.every((axis, i) => axis === i) ? tensor : this.op('Transpose', [tensor], { perm });
  }

  reduce(kind: 'ReduceSum' | 'ReduceMean' | 'ReduceMax', tensor: string, axes: number[], keepdims: boolean): string {
    return this.op(kind, [tensor, this.ints(axes)], { keepdims: keepdims ? 1 : 0 });
  }

  slice(tensor: string, starts: number[], ends: number[], axes: number[], steps: number[] = axes.map(() => 1)): string {
    return this.op('Slice', [tensor, this.ints(starts), this.ints(ends), this.ints(axes), this.ints(steps)]);
  }

  /** Repeats `tensor`, of shape `from`, along its axes of size 1. `repeatedFrom` tells later what was repeated. */
  repeat(tensor: string, from: number[], to: number[]): string {
    const repeated = this.op('Expand', [tensor, this.ints(to)]);
    this.#repeated.set(repeated, { tensor, shape: from });
    return repeated;
  }

  repeatedFrom(tensor: string): { tensor: string; shape: number[] } | undefined {
    return this.#repeated.get(tensor);
  }

  /** Zeros of a shape; equal ones are shared. */
  zeros(shape: readonly number[]): string {
    const key = shape.join();
    const zeros = this.#zeros.get(key) ?? this.op('Expand', [this.scalar(0), this.ints([...shape])]);
    this.#zeros.set(key, zeros);
    return zeros;
  }

  /** A tensor of the given pieces, of which no two overlap, and of zeros between them. `placedFrom` tells later what was placed. */
  place({ shape, axis, pieces }: Pieces): string {
    const joined: string[] = [];
    let end = 0;
    const fill = (to: number) => {
      if (to > end) joined.push(this.zeros(shape.with(axis, to - end)));
      end = to;
    };
    for (const piece of pieces.toSorted((a, b) => a.start - b.start)) {
      if (piece.end === piece.start) continue;
      fill(piece.start);
      joined.push(piece.tensor);
      end = piece.end;
    }
    fill(at(shape, axis));
    const [only] = joined;
    if (joined.length < 2) return only ?? this.zeros(shape);
    const placed = this.op('Concat', joined, { axis });
    this.#placed.set(placed, { shape, axis, pieces });
    return placed;
  }

  placedFrom(tensor: string): Pieces | undefined {
    return this.#placed.get(tensor);
  }

  /** Adds zeros (or `value`) around a tensor: `before` and `after` per axis. Negative amounts crop. */
  pad(tensor: string, before: number[], after: number[], value = 0): string {
    if (before.every((n) => n === 0) && after.every((n) => n === 0)) return tensor;
    return this.op('Pad', [tensor, this.ints([...before, ...after]), this.scalar(value)]);
  }

  /** Sum of one or more tensors of one shape. */
  sum(terms: string[]): string {
    const [first, second] = terms;
    if (first === undefined) throw new RangeError('sum() needs at least one term');
    if (second === undefined) return first;
    return terms.length === 2 ? this.op('Add', [first, second]) : this.op('Sum', terms);
  }
}
