/** Where a network adds a constant to a grid of cells, and what the score's gradient makes of it. */

import { findGrid, type SpatialGrid, toChannelsByCells } from '../layers/grid.ts';
import { floatAttribute, stringAttribute } from '../onnx/attributes.ts';
import type { Builder } from '../onnx/builder.ts';
import type { Graph } from '../onnx/graph.ts';
import type { NodeProto } from '../onnx/onnx_pb.ts';
import type { FixedSizes } from '../onnx/sizes.ts';
import { UserError } from '../user-error.ts';

export interface BiasedLayer {
  /** What the bias is added to give: its gradient there is the bias's at every cell. */
  tensor: string;
  grid: SpatialGrid;
  /** Appends the bias in a shape that broadcasts to the tensor's. */
  bias(build: Builder): string;
}

/** A layer's bias times its gradient, cell by cell. */
export interface BiasGradients {
  /** `[N, channels, height * width]` */
  products: string;
  channels: number;
  height: number;
  width: number;
}

/**
 * Every layer with a grid that adds a constant: the biases of convolutions and of linear layers over cells or tokens, those of
 * normalisations, the shift that batch normalisation's statistics amount to, and constants that are added for themselves.
 * Left out: layers without a grid of image positions (a classifier's last layers), and single numbers, which belong to activations
 * and normalisations that the exporter wrote out (`1 + erf(x)`, `variance + epsilon`).
 * @throws UserError `fused-activation` for a convolution that hides its bias behind an activation
 */
export function biasedLayers(graph: Graph, sizes: FixedSizes): BiasedLayer[] {
  return graph.nodes.flatMap((node) => {
    const tensor = resultOf(node, graph);
    const shape = graph.type(tensor)?.shape;
    const grid = shape && findGrid(shape, sizes);
    const bias = grid && biasOf(node, graph);
    return shape && grid && bias ? [{ tensor, grid, bias: (build: Builder) => bias(build, shape) }] : [];
  });
}

/** A node's output; of a Gemm that stands between two reshapes (ONNX Runtime's form of a linear layer over cells), what leaves the second. */
function resultOf(node: NodeProto, graph: Graph): string {
  const [tensor = ''] = node.output;
  const [next, ...others] = graph.consumers(tensor);
  const isReshaped = node.opType === 'Gemm' && next?.opType === 'Reshape' && others.length === 0;
  return isReshaped ? (next.output[0] ?? '') : tensor;
}

/** @param gradient of the score at the layer's tensor */
export function biasGradients(
  build: Builder,
  { grid, bias }: BiasedLayer,
  gradient: string,
  batchSize: number,
): BiasGradients {
  const { channels, height, width } = grid;
  const products = build.op('Mul', [gradient, bias(build)]);
  return { products: toChannelsByCells(build, products, batchSize, grid), channels, height, width };
}

type Bias = (build: Builder, shape: readonly number[]) => string;

function biasOf(node: NodeProto, graph: Graph): Bias | undefined {
  const isBias = (tensor: string) =>
    graph.isInitializer(tensor) && (graph.type(tensor)?.shape ?? []).some((size) => size > 1);
  const constant = (input: number) => {
    const tensor = node.input[input] ?? '';
    return isBias(tensor) ? tensor : undefined;
  };
  switch (node.opType) {
    case 'Conv':
    case 'ConvTranspose':
    case 'InstanceNormalization':
      return perChannel(constant(2));
    case 'FusedConv': {
      const activation = stringAttribute(node, 'activation', '');
      if (activation === '') return perChannel(constant(2));
      throw new UserError(
        'fused-activation',
        `FullGrad needs the gradient between a layer and its activation, and '${node.name || node.output[0]}' holds both (${activation}). Export the model again without ONNX Runtime's optimisation, or use another --method.`,
      );
    }
    case 'Gemm':
      // C is scaled by beta, which is 1 in every linear layer.
      return floatAttribute(node, 'beta', 1) === 1 ? whole(constant(2)) : undefined;
    case 'LayerNormalization':
      return whole(constant(2));
    case 'BatchNormalization':
      return batchNormalizationBias(node);
    case 'Add':
    case 'Sum': {
      const [first, ...others] = node.input.filter(isBias);
      return others.length > 0 ? undefined : whole(first);
    }
    case 'Sub': {
      const subtracted = constant(1);
      if (subtracted !== undefined) return (build) => build.op('Neg', [subtracted]);
      return whole(constant(0));
    }
    default:
      return undefined;
  }
}

/** A bias whose shape broadcasts as it is. */
function whole(bias: string | undefined): Bias | undefined {
  return bias === undefined ? undefined : () => bias;
}

/** A vector of channels along axis 1. */
function perChannel(bias: string | undefined): Bias | undefined {
  if (bias === undefined) return undefined;
  return (build, shape) => build.reshape(bias, [-1, ...shape.slice(2).map(() => 1)]);
}

/** y = (x - mean) * scale / sqrt(var + epsilon) + bias, of which all but x's own part is constant. */
function batchNormalizationBias(node: NodeProto): Bias {
  const [, scale = '', bias = '', mean = '', variance = ''] = node.input;
  return (build, shape) => {
    const epsilon = build.scalar(floatAttribute(node, 'epsilon', 1e-5));
    const deviation = build.op('Sqrt', [build.op('Add', [variance, epsilon])]);
    const shift = build.op('Div', [build.op('Mul', [mean, scale]), deviation]);
    return build.reshape(build.op('Sub', [bias, shift]), [-1, ...shape.slice(2).map(() => 1)]);
  };
}
