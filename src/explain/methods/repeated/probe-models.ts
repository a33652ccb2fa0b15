/** The graphs that repeated methods ask: one for gradients at the pixels, one for scores with part of a layer taken away. */

import { assemble } from '../../assemble.ts';
import { appendScores } from '../../class-score.ts';
import { differentiate } from '../../gradients/sweep.ts';
import { toChannelsByCells } from '../../layers/grid.ts';
import type { ResolvedLayer } from '../../layers/hooked-layers.ts';
import { Builder, namePrefix } from '../../onnx/builder.ts';
import { ElementType } from '../../onnx/element-type.ts';
import type { OnnxModel } from '../../onnx/model-file.ts';
import { inputShape } from '../../onnx/sizes.ts';
import type { PreparedModel } from '../../prepare.ts';
import { sweepStart } from '../../sweep-start.ts';
import { labelInput } from '../../target.ts';

/** Gradients at the pixels, of their shape, of the classes that `labelInput` names; zeros for -1. */
export function compileGradients(
  prepared: PreparedModel,
  options: { blockedLayout: boolean },
): { model: OnnxModel; outputs: { gradients: string } } {
  const build = new Builder(options);
  const { graph, score } = prepared;
  const { input, batchSize } = prepared.sizes;
  const { classCount } = appendScores(build, score, batchSize, 'none');
  const terms = [{ classes: labelInput, factor: 1 }];
  const start = sweepStart(build, graph, score, terms, { batchSize, classCount, mayMiss: true });
  const found = differentiate(graph, build, start.tensor, start.gradient, [input.name]).get(input.name);
  const shape = build.ints(inputShape(input, batchSize));
  // Expand copies a gradient that has the shape already, and gives zeros where the score does not depend on the pixels.
  const gradients = build.op('Expand', [found ?? build.scalar(0), shape]);
  const labels = { name: labelInput, elementType: ElementType.int64, shape: [batchSize] };
  // The sweep only names classes where the score depends on the pixels; the input exists either way.
  return { model: assemble(prepared, build, [gradients], [labels]), outputs: { gradients } };
}

export interface ForwardOutputs {
  /** `[N, classes]` */
  logits: string;
  layers: {
    layer: ResolvedLayer;
    /** `[N, channels, cells]`, before anything is taken away. */
    activations: string;
    /** Input that the layer is multiplied by, of its shape for one image. */
    keep: string;
    keepShape: number[];
  }[];
}

/** Scores and activations, with each layer multiplied by an input of its own. */
export function compileForward(
  prepared: PreparedModel,
  layers: readonly ResolvedLayer[],
  options: { blockedLayout: boolean },
): { model: OnnxModel; outputs: ForwardOutputs } {
  const build = new Builder(options);
  const { batchSize } = prepared.sizes;
  const hooked = new Map(layers.map((layer) => [layer.tensor, layer] as const));
  const places = new Map([...hooked.values()].map((layer, i) => [layer.tensor, keepPart(prepared, layer, i)] as const));
  const { logits } = appendScores(build, prepared.score, batchSize, 'none');
  const outputs = {
    logits,
    layers: layers.map((layer) => ({
      layer,
      activations: toChannelsByCells(build, layer.tensor, batchSize, layer.grid),
      ...(places.get(layer.tensor) ?? { keep: '', keepShape: [] }),
    })),
  };
  const inputs = [...places.values()].map(({ keep, keepShape }) => ({
    name: keep,
    elementType: ElementType.float32,
    shape: keepShape,
  }));
  const results = [logits, ...outputs.layers.map(({ activations }) => activations)];
  return { model: assemble(prepared, build, results, inputs), outputs };
}

/** Puts a multiplication between a layer and all that read it. */
function keepPart({ model: { graph } }: PreparedModel, { tensor, shape, grid }: ResolvedLayer, place: number) {
  const keep = `${namePrefix}keep_${place}`;
  const keepShape = {
    NCHW: [1, grid.channels, grid.height, grid.width],
    NHWC: [1, grid.height, grid.width, grid.channels],
    tokens: [1, shape[1] ?? 1, grid.channels],
  }[grid.layout];
  const build = new Builder();
  const kept = build.op('Mul', [tensor, keep], {}, { output: `${keep}:kept` });
  for (const node of graph.node) node.input = node.input.map((input) => (input === tensor ? kept : input));
  for (const node of build.nodes) node.name = `${keep}:node`;
  const producer = graph.node.findIndex((node) => node.output.includes(tensor));
  graph.node.splice(producer + 1, 0, ...build.nodes);
  return { keep, keepShape };
}
