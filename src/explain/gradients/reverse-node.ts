/** What a rule sees of the node that it differentiates. */

import { floatAttribute, floatsAttribute, intAttribute, intsAttribute, stringAttribute } from '../onnx/attributes.ts';
import { type Builder, namePrefix } from '../onnx/builder.ts';
import { isFloat } from '../onnx/element-type.ts';
import type { Graph } from '../onnx/graph.ts';
import type { NodeProto } from '../onnx/onnx_pb.ts';
import { UserError } from '../user-error.ts';
import { unbroadcast } from './unbroadcast.ts';

export class ReverseNode {
  readonly node: NodeProto;
  readonly graph: Graph;
  readonly build: Builder;
  readonly #gradients: readonly (string | undefined)[];

  constructor(node: NodeProto, graph: Graph, build: Builder, gradients: readonly (string | undefined)[]) {
    this.node = node;
    this.graph = graph;
    this.build = build;
    this.#gradients = gradients;
  }

  /** Gradient of the first output. */
  get g(): string {
    return this.gradient(0);
  }

  /** Gradient of an output; zeros where nothing reads that output. */
  gradient(output: number): string {
    return this.#gradients[output] ?? this.zeros(this.outputShape(output));
  }

  hasGradient(output: number): boolean {
    return this.#gradients[output] !== undefined;
  }

  /** The same node with `gradient` at its first output: for rules that undo a fused activation first. */
  withGradient(gradient: string): ReverseNode {
    return new ReverseNode(this.node, this.graph, this.build, [gradient, ...this.#gradients.slice(1)]);
  }

  zeros(shape: number[]): string {
    return this.build.zeros(shape);
  }

  /** Name of an input tensor; empty when left out. */
  x(input = 0): string {
    return this.node.input[input] ?? '';
  }

  /** Name of an output tensor. */
  y(output = 0): string {
    return this.node.output[output] ?? '';
  }

  /** Name of an output that the forward node makes from now on even if nobody else asked for it. */
  made(output: number): string {
    const outputs = this.node.output;
    while (outputs.length <= output) outputs.push('');
    const named = outputs.find((name) => name !== '') ?? '';
    if (outputs[output] === '') outputs[output] = `${namePrefix}${named}/${output}`;
    return this.y(output);
  }

  shape(input = 0): number[] {
    return this.#shapeOf(this.x(input));
  }

  outputShape(output = 0): number[] {
    return this.#shapeOf(this.y(output));
  }

  rank(input = 0): number {
    return this.shape(input).length;
  }

  #shapeOf(tensor: string): number[] {
    const shape = this.graph.type(tensor)?.shape;
    if (shape === undefined || shape.includes(-1)) {
      throw this.refusal(`the shape of '${tensor}' is not known before the run`);
    }
    return shape;
  }

  isFloat(input: number): boolean {
    const type = this.graph.type(this.x(input));
    return type !== undefined && isFloat(type.elementType);
  }

  int(name: string, fallback: number): number {
    return intAttribute(this.node, name, fallback);
  }

  ints(name: string): number[] | undefined {
    return intsAttribute(this.node, name);
  }

  float(name: string, fallback: number): number {
    return floatAttribute(this.node, name, fallback);
  }

  floats(name: string): number[] | undefined {
    return floatsAttribute(this.node, name);
  }

  string(name: string, fallback: string): string {
    return stringAttribute(this.node, name, fallback);
  }

  /** Value of a constant input (axes, pads); undefined when the input is left out. */
  constant(input: number): number[] | undefined {
    if (this.x(input) === '') return undefined;
    const values = this.graph.constant(this.x(input));
    if (values === undefined) throw this.refusal(`its input ${input} ('${this.x(input)}') is computed during the run`);
    return values;
  }

  /** `axis` counted from the front. */
  axis(axis: number, rank = this.rank()): number {
    return axis < 0 ? axis + rank : axis;
  }

  /** `gradient`, which has the output's shape, summed to the shape of an input that was broadcast. */
  unbroadcast(gradient: string, input: number, from = this.outputShape()): string {
    return unbroadcast(this.build, gradient, from, this.shape(input));
  }

  /** An error that names the node and says why its gradient cannot be had. */
  refusal(why: string): UserError {
    const { opType, name } = this.node;
    return new UserError('no-gradient-rule', `No gradient passes through ${opType} '${name || this.y()}': ${why}.`);
  }

  // The arithmetic that rules are written in.
  add(a: string, b: string): string {
    return this.build.op('Add', [a, b]);
  }
  sub(a: string, b: string): string {
    return this.build.op('Sub', [a, b]);
  }
  mul(a: string, b: string): string {
    return this.build.op('Mul', [a, b]);
  }
  div(a: string, b: string): string {
    return this.build.op('Div', [a, b]);
  }
  neg(a: string): string {
    return this.build.op('Neg', [a]);
  }
  scale(a: string, factor: number): string {
    return factor === 1 ? a : this.mul(a, this.build.scalar(factor));
  }
  /** 1 where `condition` holds, else 0. */
  mask(condition: string): string {
    return this.build.op('Cast', [condition], { to: 1 });
  }
  where(condition: string, a: string, b: string): string {
    return this.build.op('Where', [condition, a, b]);
  }
}
