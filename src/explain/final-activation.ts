/** Finding the logits behind a model's final activation, wherever it stands and however it is spelled. */

import { create } from '@bufbuild/protobuf';
import { intAttribute } from './onnx/attributes.ts';
import { namePrefix } from './onnx/builder.ts';
import { ElementType } from './onnx/element-type.ts';
import type { Graph, TensorType } from './onnx/graph.ts';
import { type NodeProto, NodeProtoSchema, type TensorProto } from './onnx/onnx_pb.ts';
import { shapeOnly } from './onnx/shape-only.ts';
import { float32Tensor, int64Tensor } from './onnx/tensor-data.ts';

export type Activation = 'softmax' | 'sigmoid';

/** What an output of probabilities, or of their logarithms, was made of. */
export interface FinalActivation {
  /** Values in the order of the output whose activation it is; a tensor of the graph. */
  logits: string;
  /** What the activation itself reads: the logits, or what they were picked from. */
  sources: readonly string[];
  activation: Activation;
  /** Whether the output holds logarithms of probabilities. */
  logarithm: boolean;
  /** A softmax over the images of a batch: the answer to one depends on the others. */
  overBatch: boolean;
}

/** Operators behind which larger is larger still, value by value: what they do to a score is not what the network saw. */
const monotone = new Set([
  'Ceil',
  'Clip',
  'DequantizeLinear',
  'Dropout',
  'Floor',
  'QuantizeLinear',
  'Relu',
  'Round',
  ...shapeOnly,
]);

/** Operators that pick values or put them into another order; they pick logits as they pick scores. */
const picking = new Set(['Flatten', 'Gather', 'Reshape', 'Slice', 'Split', 'Squeeze', 'Transpose', 'Unsqueeze']);

/**
 * Walks back from an output over everything that leaves a score a score: shapes, picking and joining, clipping, quantisation, scaling, and
 * activations themselves, of which the first that the network computed counts. Where logits are picked or joined as the scores are, nodes that do
 * so are appended to the graph.
 * @returns undefined where the output is not seen to be made by an activation
 */
export function findFinalActivation(graph: Graph, output: string, batchSize: number): FinalActivation | undefined {
  const search = new Search(graph, batchSize);
  const found = search.behind(output, false);
  if (found === undefined) return undefined;
  const size = (tensor: string) => (graph.type(tensor)?.shape ?? []).reduce((a, b) => a * b, 1);
  const logits = found.activation === 'softmax' && size(output) === batchSize ? search.oneOfTwo(found) : found.logits;
  if (logits === undefined) return undefined;
  search.commit();
  return { ...found, logits };
}

class Search {
  readonly #graph: Graph;
  readonly #batchSize: number;
  readonly #nodes: NodeProto[] = [];
  readonly #weights: TensorProto[] = [];
  readonly #types = new Map<string, TensorType>();

  constructor(graph: Graph, batchSize: number) {
    this.#graph = graph;
    this.#batchSize = batchSize;
  }

  commit(): void {
    if (this.#nodes.length > 0) this.#graph.append(this.#nodes, this.#weights, this.#types);
  }

  /** @param shaped whether the logits must have the tensor's own shape, because they are picked from by axis */
  behind(tensor: string, shaped: boolean): FinalActivation | undefined {
    const node = this.#graph.producer(tensor);
    const [input = ''] = node?.input ?? [];
    if (node === undefined || input === '') return undefined;
    switch (node.opType) {
      case 'Softmax':
      case 'LogSoftmax':
        return this.#activated(node, 'softmax', shaped);
      case 'Sigmoid':
      case 'HardSigmoid':
        return this.#activated(node, 'sigmoid', shaped);
      case 'Exp': {
        const inner = this.behind(input, shaped);
        return inner?.logarithm === true ? { ...inner, logarithm: false } : undefined;
      }
      case 'Log': {
        const inner = this.behind(input, shaped);
        return inner?.logarithm === false ? { ...inner, logarithm: true } : undefined;
      }
      case 'Concat':
        return this.#joined(node);
      case 'Sub':
        return this.#difference(node, shaped);
      case 'Div':
      case 'Mul':
        return this.#quotient(node, shaped);
      case 'Reciprocal':
        return this.#spelledSigmoid(input);
      case 'Add':
      case 'Max':
      case 'Min': {
        const value = this.#varying(node);
        const sameForAll = node.input.every((each) => each === value || this.#factor(each) !== undefined);
        return value === undefined || !sameForAll ? undefined : this.behind(value, shaped);
      }
      default:
    }
    if (picking.has(node.opType) && (shaped || !shapeOnly.has(node.opType))) return this.#picked(node, tensor);
    return monotone.has(node.opType) ? this.behind(input, shaped) : undefined;
  }

  /** An activation; where it reads what is an activation's result itself, the first one counts. */
  #activated(node: NodeProto, activation: Activation, shaped: boolean): FinalActivation {
    const [input = ''] = node.input;
    const inner = this.behind(input, shaped);
    const logarithm = node.opType === 'LogSoftmax';
    if (inner !== undefined) return { ...inner, logarithm };
    const shape = this.#graph.type(input)?.shape ?? [];
    const axis = intAttribute(node, 'axis', -1);
    const along = axis < 0 ? axis + shape.length : axis;
    const overBatch = activation === 'softmax' && along === 0 && this.#batchSize > 1 && shape[0] === this.#batchSize;
    return { logits: input, sources: [input], activation, logarithm, overBatch };
  }

  /** Picks from the logits what is picked from the scores. */
  #picked(node: NodeProto, tensor: string): FinalActivation | undefined {
    const [input = '', ...others] = node.input;
    const inner = this.behind(input, true);
    if (inner === undefined) return undefined;
    return { ...inner, logits: this.#copy(node, [inner.logits, ...others], tensor) };
  }

  /** Scores side by side: of several heads, or of a class and its opposite. */
  #joined(node: NodeProto): FinalActivation | undefined {
    const parts = node.input.map((input) => this.behind(input, true));
    const known = parts.flatMap((part) => part ?? []);
    const [first] = known;
    const alike = known.every(
      ({ activation, logarithm }) => activation === first?.activation && logarithm === first.logarithm,
    );
    if (first === undefined || !alike || known.length < parts.length) return undefined;
    const logits = this.#copy(
      node,
      known.map((part) => part.logits),
      node.output[0] ?? '',
    );
    return { ...first, logits, sources: [...new Set(known.flatMap(({ sources }) => sources))] };
  }

  /** `1 - p`; `x - log(sum(exp(x)))`; or a constant less. */
  #difference(node: NodeProto, shaped: boolean): FinalActivation | undefined {
    const [a = '', b = ''] = node.input;
    if (this.#isConstant(a)) {
      const inner = this.#factor(a) === 1 ? this.behind(b, shaped) : undefined;
      if (inner === undefined || inner.logarithm || inner.activation === 'softmax') return undefined;
      return { ...inner, logits: this.#node('Neg', [inner.logits], this.#graph.type(inner.logits)) };
    }
    if (this.#factor(b) !== undefined) return this.behind(a, shaped);
    const total = this.#reduction(b, ['ReduceLogSumExp', 'Log']);
    if (total === undefined) return undefined;
    const summed = total.opType === 'Log' ? this.#reduction(total.input[0] ?? '', ['ReduceSum']) : total;
    const read = summed?.input[0] ?? '';
    const exponential = this.#graph.producer(read);
    const x = total.opType === 'Log' ? exponential?.opType === 'Exp' && exponential.input[0] : read;
    const same = x === a || (typeof x === 'string' && this.#shifted(x) === this.#shifted(a));
    return same ? this.#spelled(this.#shifted(a), 'softmax', true) : undefined;
  }

  /** Scaled by a constant, or divided by the sum of all: a softmax that is spelled out, or shares that are made to add up to 1. */
  #quotient(node: NodeProto, shaped: boolean): FinalActivation | undefined {
    const [a = '', b = ''] = node.input;
    const varying = this.#varying(node);
    if (varying !== undefined) {
      const factor = this.#factor(varying === a ? b : a) ?? -1;
      if (node.opType === 'Div' && varying === b) return factor === 1 ? this.#spelledSigmoid(b) : undefined;
      return factor > 0 ? this.behind(varying, shaped) : undefined;
    }
    if (node.opType === 'Div') return this.#normalised(a, b, shaped);
    for (const [value, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const inverse = this.#graph.producer(other);
      const found =
        inverse?.opType === 'Reciprocal' ? this.#normalised(value, inverse.input[0] ?? '', shaped) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #normalised(value: string, sum: string, shaped: boolean): FinalActivation | undefined {
    const total = this.#reduction(sum, ['ReduceSum', 'ReduceL1']);
    if (total === undefined || this.#plain(total.input[0] ?? '') !== this.#plain(value)) return undefined;
    const node = this.#graph.producer(this.#plain(value));
    if (node?.opType === 'Exp') return this.#spelled(this.#shifted(node.input[0] ?? ''), 'softmax', false);
    return this.behind(value, shaped);
  }

  /** `1 / (1 + exp(-x))`, of which the divisor is given. */
  #spelledSigmoid(divisor: string): FinalActivation | undefined {
    const sum = this.#graph.producer(divisor);
    const exponential = sum?.opType === 'Add' ? this.#varying(sum) : undefined;
    const ones = sum?.input.find((input) => input !== exponential) ?? '';
    const node = this.#graph.producer(exponential ?? '');
    if (node?.opType !== 'Exp' || this.#factor(ones) !== 1) return undefined;
    const [power = ''] = node.input;
    const negated = this.#graph.producer(power);
    if (negated?.opType === 'Neg') return this.#spelled(negated.input[0] ?? '', 'sigmoid', false);
    if (negated?.opType === 'Mul') {
      const value = this.#varying(negated);
      const factor = this.#factor(negated.input.find((input) => input !== value) ?? '');
      if (value !== undefined && factor === -1) return this.#spelled(value, 'sigmoid', false);
    }
    return this.#spelled(this.#node('Neg', [power], this.#graph.type(power)), 'sigmoid', false, [power]);
  }

  #spelled(logits: string, activation: Activation, logarithm: boolean, sources = [logits]): FinalActivation {
    return this.behind(logits, true) ?? { logits, sources, activation, logarithm, overBatch: false };
  }

  /** What a tensor was before its largest value was taken off, which leaves a softmax as it is. */
  #shifted(tensor: string): string {
    const node = this.#graph.producer(tensor);
    const [a = '', b = ''] = node?.input ?? [];
    if (node?.opType !== 'Sub') return tensor;
    const largest = this.#reduction(b, ['ReduceMax']);
    return largest !== undefined && this.#plain(largest.input[0] ?? '') === this.#plain(a) ? a : tensor;
  }

  /** The reduction that a tensor is, apart from its shape and what keeps it from being 0. */
  #reduction(tensor: string, operators: readonly string[]): NodeProto | undefined {
    const node = this.#graph.producer(tensor);
    if (node === undefined || operators.includes(node.opType)) return node;
    if (['Clip', 'Expand', ...shapeOnly].includes(node.opType)) return this.#reduction(node.input[0] ?? '', operators);
    const value = node.opType === 'Add' || node.opType === 'Max' ? this.#varying(node) : undefined;
    return value === undefined ? undefined : this.#reduction(value, operators);
  }

  /** A tensor before it got another type or no other at all. */
  #plain(tensor: string): string {
    const node = this.#graph.producer(tensor);
    return node !== undefined && ['Cast', 'Identity'].includes(node.opType) ? this.#plain(node.input[0] ?? '') : tensor;
  }

  /** The one input that is not constant. */
  #varying({ input }: NodeProto): string | undefined {
    const varying = input.filter((each) => each !== '' && !this.#isConstant(each));
    return varying.length === 1 ? varying[0] : undefined;
  }

  #isConstant(tensor: string): boolean {
    return this.#graph.isInitializer(tensor) || this.#graph.producer(tensor)?.opType === 'Constant';
  }

  /** The one value of a constant; undefined where classes have values of their own, which changes their order. */
  #factor(tensor: string): number | undefined {
    const values = this.#graph.constant(tensor) ?? [];
    const [first] = values;
    return values.every((value) => value === first) ? first : undefined;
  }

  /**
   * The log-odds of one class of two: its logit less the other's.
   * @returns undefined where there are more than two
   */
  oneOfTwo({ logits, sources, overBatch }: FinalActivation): string | undefined {
    const [source = ''] = sources;
    const type = this.#graph.type(source);
    if (type === undefined || overBatch || sources.length > 1) return undefined;
    if (type.shape.reduce((a, b) => a * b, 1) !== 2 * this.#batchSize) return undefined;
    const axis = type.shape.lastIndexOf(2);
    const shape = this.#typeOf(logits)?.shape ?? [];
    const twice = this.#node('Mul', [logits, this.#constant(float32Tensor, [2])], this.#typeOf(logits));
    const axes = this.#constant(int64Tensor, [axis]);
    const both = this.#node('ReduceSum', [source, axes], {
      ...type,
      shape: type.shape.map((n, i) => (i === axis ? 1 : n)),
    });
    const sum = this.#node('Reshape', [both, this.#constant(int64Tensor, [...shape])], { ...type, shape });
    return this.#node('Sub', [twice, sum], { ...type, shape });
  }

  #typeOf(tensor: string): TensorType | undefined {
    return this.#types.get(tensor) ?? this.#graph.type(tensor);
  }

  #constant(make: (name: string, values: number[]) => TensorProto, values: number[]): string {
    const name = `${namePrefix}score/constant_${this.#weights.length}`;
    this.#weights.push(make(name, values));
    return name;
  }

  #node(opType: string, input: string[], type: TensorType | undefined): string {
    const name = `${namePrefix}score/${opType}_${this.#nodes.length}`;
    this.#nodes.push(create(NodeProtoSchema, { name, opType, input, output: [name] }));
    if (type !== undefined) this.#types.set(name, { ...type, elementType: ElementType.float32 });
    return name;
  }

  /** A node again, on other inputs. @returns what takes the place of `tensor` */
  #copy(node: NodeProto, input: string[], tensor: string): string {
    const name = `${namePrefix}score/${node.opType}_${this.#nodes.length}`;
    const output = node.output.map((_, i) => `${name}:${i}`);
    const { opType, domain, attribute } = node;
    this.#nodes.push(create(NodeProtoSchema, { name, opType, domain, attribute, input, output }));
    node.output.forEach((original, i) => {
      const type = this.#graph.type(original);
      if (type !== undefined) this.#types.set(`${name}:${i}`, { ...type, elementType: ElementType.float32 });
    });
    return output[node.output.indexOf(tensor)] ?? '';
  }
}
