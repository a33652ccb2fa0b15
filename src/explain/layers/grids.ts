/** The grids of a graph's tensors: by their shapes, and by what they are made of where a shape alone would deceive. */

import { activations } from '../gradients/activations.ts';
import { elementwise } from '../gradients/elementwise.ts';
import { exponentialUnits } from '../gradients/exponential-units.ts';
import { gatedActivations } from '../gradients/gated-activations.ts';
import { dependents } from '../gradients/sweep.ts';
import { intsAttribute } from '../onnx/attributes.ts';
import type { Graph } from '../onnx/graph.ts';
import { operatorName } from '../onnx/operator-name.ts';
import { shapeOnly } from '../onnx/shape-only.ts';
import type { FixedSizes } from '../onnx/sizes.ts';
import { findGrid, inProportion, mostPrefixTokens, type SpatialGrid } from './grid.ts';

/** Operators that move a window over the grid. */
const windowed = new Set(['AveragePool', 'Conv', 'ConvTranspose', 'LpPool', 'MaxPool']);
/** Operators that leave each value in its cell. */
const perCell = new Set([
  ...[activations, elementwise, exponentialUnits, gatedActivations].flatMap(Object.keys),
  ...['BatchNormalization', 'Concat', 'Dropout', 'GroupNormalization', 'InstanceNormalization', 'LRN', 'Pad', 'Resize'],
]);
const products = new Set(['Einsum', 'MatMul', 'com.microsoft.FusedMatMul']);
/** What is done to the products of queries and keys before values are weighted by them. */
const betweenProducts = new Set([...Object.keys(elementwise), 'Softmax', 'Dropout', 'Where']);

type Origin = Pick<SpatialGrid, 'height' | 'width' | 'prefix'>;

export class Grids {
  readonly #graph: Graph;
  readonly #sizes: FixedSizes;
  /** Factors and results of products of two tensors that depend on the image: attention, not positions of the image. */
  readonly #attention = new Set<string>();
  /** Tensors whose rows and columns are those of the image, whatever their strides. */
  readonly #spatial = new Set<string>();

  constructor(graph: Graph, sizes: FixedSizes) {
    this.#graph = graph;
    this.#sizes = sizes;
    const fromImage = dependents(graph, [sizes.input.name]);
    this.#spatial.add(sizes.input.name);
    for (const node of graph.nodes) {
      const operator = operatorName(node);
      const factors = node.input.filter((input) => fromImage.has(input));
      if (products.has(operator) && factors.length > 1) {
        for (const tensor of [...factors, ...node.output]) this.#attention.add(tensor);
      } else if (betweenProducts.has(operator) && node.input.some((input) => this.#isScores(input))) {
        for (const output of node.output) this.#attention.add(output);
      }
      const [data = ''] = factors;
      if (this.#spatial.has(data) && (windowed.has(operator) || perCell.has(operator))) {
        for (const output of node.output) this.#spatial.add(output);
      }
    }
  }

  /** The grid of a tensor of the graph; undefined where it has none. */
  of(tensor: string): SpatialGrid | undefined {
    const shape = this.#graph.type(tensor)?.shape;
    if (shape === undefined || (shape.length === 4 && this.#attention.has(tensor))) return undefined;
    const grid = findGrid(shape, this.#sizes);
    if (shape.length === 4) return grid;
    const [n, tokens = 0, channels = 0] = shape;
    if (shape.length !== 3 || n !== this.#sizes.batchSize) return grid;
    if (this.#isFlatGrid(tensor, tokens, channels) || this.#isTurnedSequence(tensor)) return undefined;
    const origin = this.#originOf(tensor, tokens, grid);
    return origin === undefined ? grid : { layout: 'tokens', ...origin, channels };
  }

  /** Whether the grid is known to be one of image positions: by its proportions, or because the tensor is made by windows over such. */
  isMeant(tensor: string, grid: SpatialGrid): boolean {
    if (inProportion(grid, this.#sizes.input)) return true;
    return grid.layout === 'tokens' || (grid.layout === 'NCHW' && this.#spatial.has(tensor));
  }

  /** Scores of attention, which are no longer queries, keys or values. */
  #isScores(tensor: string): boolean {
    if (!this.#attention.has(tensor)) return false;
    const shape = this.#graph.type(tensor)?.shape;
    return shape !== undefined && shape.length === 4 && shape[2] === shape[3];
  }

  /** Whether tokens lie behind their channels, as keys do. */
  #isTurnedSequence(tensor: string): boolean {
    const node = this.#graph.producer(tensor);
    if (node?.opType !== 'Transpose' || intsAttribute(node, 'perm')?.join() !== '0,2,1') return false;
    return this.of(node.input[0] ?? '')?.layout === 'tokens';
  }

  /** Whether the axis that would be one of tokens is that of channels, as in `x.flatten(2)`, whose cells lie behind them. */
  #isFlatGrid(tensor: string, channels: number, cells: number): boolean {
    for (let current = tensor; ; ) {
      const node = this.#graph.producer(current);
      const [, a, b = 0, c = 0] = this.#graph.type(current)?.shape ?? [];
      if (c > 0) return a === channels && b * c === cells && this.#spatial.has(current);
      const next = node?.input.find((input) => !this.#graph.isInitializer(input));
      if (node === undefined || next === undefined) return false;
      if (!perCell.has(operatorName(node)) && !shapeOnly.has(operatorName(node))) return false;
      current = next;
    }
  }

  /**
   * Rows and columns of a sequence that is no tiling of the image, by the convolution or pooling that it is made of: the columns of a
   * line of text are one row, and patches may leave a rest of the image (or be of a smaller copy, as in CrossViT) and have a class token
   * before them. Undefined where the shape tells enough.
   */
  #originOf(tensor: string, tokens: number, guess: SpatialGrid | undefined): Origin | undefined {
    if (tokens < 2 || (guess !== undefined && guess.prefix > 0)) return undefined;
    const seen = new Set<string>();
    const open = [tensor];
    let found: Origin | undefined;
    let behindPrefix: Origin | undefined;
    for (let current = open.pop(); current !== undefined; current = open.pop()) {
      if (seen.has(current)) continue;
      seen.add(current);
      const node = this.#graph.producer(current);
      const shape = this.#graph.type(current)?.shape ?? [];
      const [, a = 0, b = 0, c = 0] = shape;
      if (guess !== undefined && shape.length > 3) {
        const tiles = ([height, width]: number[]) => height === guess.height && width === guess.width;
        if (tiles([a, b]) || tiles([b, c])) return undefined;
      }
      if (node !== undefined && shape.length === 4 && this.#spatial.has(current)) {
        const prefix = tokens - b * c;
        if (prefix === 0 || c === tokens) found ??= { height: prefix === 0 ? b : 1, width: c, prefix: 0 };
        else if (b === tokens) found ??= { height: b, width: 1, prefix: 0 };
        else if (prefix > 0 && prefix <= mostPrefixTokens && b * c > mostPrefixTokens) {
          behindPrefix ??= { height: b, width: c, prefix };
        }
        if (windowed.has(operatorName(node))) continue;
      }
      if (node !== undefined) open.push(...node.input);
    }
    return found ?? (guess === undefined ? behindPrefix : undefined);
  }
}
