/**
 * Whether a gradient reaches the cells of a grid of tokens, or only the class token before them: behind a transformer's
 * last attention nothing but the class token is read. Found by following the tokens forwards, without a run.
 */

import { activations } from '../gradients/activations.ts';
import { elementwise } from '../gradients/elementwise.ts';
import { exponentialUnits } from '../gradients/exponential-units.ts';
import { gatedActivations } from '../gradients/gated-activations.ts';
import { trigonometry } from '../gradients/trigonometry.ts';
import { intAttribute, intsAttribute } from '../onnx/attributes.ts';
import type { Graph } from '../onnx/graph.ts';
import type { NodeProto } from '../onnx/onnx_pb.ts';
import { operatorName } from '../onnx/operator-name.ts';
import { shapeOnly } from '../onnx/shape-only.ts';
import type { SpatialGrid } from './grid.ts';

/** Operators whose every value depends on the values at its own place only. */
const perPlace = new Set([
  ...[activations, elementwise, exponentialUnits, gatedActivations, trigonometry].flatMap(Object.keys),
  ...['CastLike', 'Dropout', 'Expand', 'QuantizeLinear', 'DequantizeLinear'],
]);
const alongLastAxes = new Set(['LayerNormalization', 'RMSNormalization', 'SimplifiedLayerNormalization']);
const alongAxis = new Set(['LogSoftmax', 'LpNormalization', 'Softmax']);

/** A tensor with tokens in it: value i belongs to token `floor(i / inner) % count`, whatever reshapes lie before. */
interface Tokens {
  tensor: string;
  inner: number;
}

/** `cells` where tokens behind the prefix are read or mixed; else where the tokens go on to, nowhere if only the prefix is read. */
type Step = 'cells' | Tokens[];

/**
 * @param reached tensors that the class score depends on
 * @returns false only where it is certain that the score reads none of the grid's cells
 */
export function reachesCells(
  graph: Graph,
  reached: { has(tensor: string): boolean },
  score: string,
  tensor: string,
  grid: SpatialGrid,
): boolean {
  if (grid.layout !== 'tokens' || grid.prefix === 0) return true;
  const walk = new TokenWalk(graph, grid.prefix, grid.prefix + grid.height * grid.width);
  const seen = new Set<string>();
  const open: Tokens[] = [{ tensor, inner: grid.channels }];
  for (let tokens = open.pop(); tokens !== undefined; tokens = open.pop()) {
    const { tensor: current, inner } = tokens;
    const key = `${inner} ${current}`;
    if (seen.has(key)) continue;
    seen.add(key);
    if (current === score) return true;
    for (const node of graph.consumers(current)) {
      if (!node.output.some((output) => reached.has(output))) continue;
      const positions = node.input.flatMap((input, i) => (input === current ? [i] : []));
      if (positions.length === 0) return true;
      for (const position of positions) {
        const step = walk.step(node, position, tokens);
        if (step === 'cells') return true;
        open.push(...step.filter((next) => reached.has(next.tensor)));
      }
    }
  }
  return false;
}

class TokenWalk {
  readonly #graph: Graph;
  readonly #prefix: number;
  readonly #count: number;

  constructor(graph: Graph, prefix: number, count: number) {
    this.#graph = graph;
    this.#prefix = prefix;
    this.#count = count;
  }

  step(node: NodeProto, position: number, { tensor, inner }: Tokens): Step {
    const [output = ''] = node.output;
    const shape = this.#shape(tensor);
    const result = this.#shape(output);
    const operator = operatorName(node);
    if (shapeOnly.has(operator)) return [{ tensor: output, inner }];
    const axis = this.#axisOf(shape, inner);
    if (axis === undefined) return 'cells';
    const counted = (value: number) => (value < 0 ? value + shape.length : value);
    /** The tokens on an axis of the output, laid out within it as they were. */
    const on = (to: number, of = output): Tokens[] => [
      { tensor: of, inner: (inner / behind(shape, axis)) * behind(this.#shape(of), to) },
    ];
    const fromEnd = () => on(result.length - (shape.length - axis));
    if (perPlace.has(operator)) return fromEnd();
    if (alongLastAxes.has(operator)) return axis < counted(intAttribute(node, 'axis', -1)) ? fromEnd() : 'cells';
    if (operator === 'com.microsoft.SkipLayerNormalization') {
      return axis === shape.length - 1 || position > 1 ? 'cells' : outputs(node).flatMap((of) => on(axis, of));
    }
    if (alongAxis.has(operator)) return axis === counted(intAttribute(node, 'axis', -1)) ? 'cells' : fromEnd();
    switch (operator) {
      case 'MatMul':
        return shape.length < 2 || axis === shape.length - (position === 0 ? 1 : 2) ? 'cells' : fromEnd();
      case 'Gemm':
        return position === 0 && axis === 0 && intAttribute(node, 'transA', 0) === 0 ? on(0) : 'cells';
      case 'Transpose': {
        const perm = intsAttribute(node, 'perm') ?? shape.map((_, i) => shape.length - 1 - i);
        return on(perm.indexOf(axis));
      }
      case 'Gather': {
        if (position !== 0) return 'cells';
        const along = counted(intAttribute(node, 'axis', 0));
        if (along !== axis) return on(along < axis ? axis + result.length - shape.length : axis);
        const places = this.#graph.constant(node.input[1] ?? '');
        const size = shape[axis] ?? 0;
        return this.#onlyPrefix(
          shape,
          axis,
          inner,
          places?.map((place) => (place < 0 ? place + size : place)),
        );
      }
      case 'Slice': {
        const [starts, , axes, steps] = [1, 2, 3, 4].map((input) => this.#graph.constant(node.input[input] ?? ''));
        const along = (axes ?? starts?.map((_, i) => i))?.map(counted);
        if (starts === undefined || along === undefined || position !== 0) return 'cells';
        if (!along.includes(axis)) return on(axis);
        if (steps?.some((size) => size !== 1) === true) return 'cells';
        const start = starts[along.indexOf(axis)] ?? 0;
        const first = start < 0 ? start + (shape[axis] ?? 0) : start;
        const picked = Array.from({ length: result[axis] ?? 0 }, (_, i) => first + i);
        return this.#onlyPrefix(shape, axis, inner, picked);
      }
      case 'Split':
        if (counted(intAttribute(node, 'axis', 0)) === axis) return 'cells';
        return outputs(node).flatMap((of) => on(axis, of));
      case 'ReduceL2':
      case 'ReduceMax':
      case 'ReduceMean':
      case 'ReduceSum': {
        const axes = this.#graph.constant(node.input[1] ?? '')?.map(counted);
        if (axes === undefined || axes.length === 0 || axes.includes(axis)) return 'cells';
        const gone = intAttribute(node, 'keepdims', 1) === 1 ? 0 : axes.filter((reduced) => reduced < axis).length;
        return on(axis - gone);
      }
      default:
        return 'cells';
    }
  }

  /** Places that are picked of the token axis: those of the prefix alone lead nowhere else. */
  #onlyPrefix(shape: readonly number[], axis: number, inner: number, picked: readonly number[] | undefined): Step {
    const isWhole = shape[axis] === this.#count && inner === behind(shape, axis);
    return isWhole && picked?.every((place) => place < this.#prefix) === true ? [] : 'cells';
  }

  /** The one axis that counts the tokens, perhaps with others; undefined where they are spread over several. */
  #axisOf(shape: readonly number[], inner: number): number | undefined {
    const axis = shape.findIndex((size, i) => {
      const own = behind(shape, i);
      return inner % own === 0 && (size * own) % (inner * this.#count) === 0;
    });
    return axis < 0 ? undefined : axis;
  }

  #shape(tensor: string): readonly number[] {
    return this.#graph.type(tensor)?.shape ?? [];
  }
}

/** Values behind one step of an axis. */
function behind(shape: readonly number[], axis: number): number {
  return shape.slice(axis + 1).reduce((a, b) => a * b, 1);
}

const outputs = (node: NodeProto) => node.output.filter((name) => name !== '');
