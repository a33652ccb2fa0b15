/** The graphs that repeated methods ask of the whole network: one for gradients at the pixels, one for scores and activations. */

import { assemble } from '../../assemble.ts';
import { appendScores } from '../../class-score.ts';
import { differentiate } from '../../gradients/sweep.ts';
import { toChannelsByCells } from '../../layers/grid.ts';
import type { ResolvedLayer } from '../../layers/hooked-layers.ts';
import { Builder, type GateForm } from '../../onnx/builder.ts';
import { ElementType } from '../../onnx/element-type.ts';
import type { OnnxModel } from '../../onnx/model-file.ts';
import { inputShape } from '../../onnx/sizes.ts';
import type { PreparedModel } from '../../prepare.ts';
import { sweepStart } from '../../sweep-start.ts';
import { labelInput } from '../../target.ts';

/** Gradients at the pixels, of their shape, of the classes that `labelInput` names; zeros for -1. */
export function compileGradients(
  prepared: PreparedModel,
  options: { gates: GateForm },
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
    /** `[N, channels, cells]` */
    activations: string;
  }[];
}

/**
 * Scores and activations.
 * @param kept further tensors that are wanted as they are
 */
export function compileForward(
  prepared: PreparedModel,
  layers: readonly ResolvedLayer[],
  kept: (prepared: PreparedModel) => readonly string[],
  options: { gates: GateForm },
): { model: OnnxModel; outputs: ForwardOutputs } {
  const build = new Builder(options);
  const { batchSize } = prepared.sizes;
  const { logits } = appendScores(build, prepared.score, batchSize, 'none');
  const outputs = {
    logits,
    layers: layers.map((layer) => ({
      layer,
      activations: toChannelsByCells(build, layer.tensor, batchSize, layer.grid),
    })),
  };
  const results = [logits, ...outputs.layers.map(({ activations }) => activations), ...kept(prepared)];
  return { model: assemble(prepared, build, results), outputs };
}
