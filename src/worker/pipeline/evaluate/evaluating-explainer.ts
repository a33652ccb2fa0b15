import { Explainer } from '../../../explain/explainer.ts';
import type { Explanation } from '../../../explain/explanation.ts';
import { Evaluator } from '../../../explain/faithfulness/evaluator.ts';
import type { PictureMap } from '../../../explain/faithfulness/randomisation-check.ts';
import type { InputRow } from '../../../explain/options.ts';
import { sampleCount, scaledPixels } from '../../../explain/pixel-input.ts';
import type { PipelineExplainerOptions } from '../explainer-options.ts';
import type { BatchExplainer } from '../inference/inference-service.ts';
import type { EvaluationOrder, ImageEvaluation } from './evaluation.ts';

/**
 * Opens the model, and for measuring its maps once more when that is first asked for.
 * @throws UserError as `Explainer.open` does
 */
export async function openEvaluatingExplainer(options: PipelineExplainerOptions): Promise<BatchExplainer> {
  const explainer = await Explainer.open(options);
  let opening: Promise<Evaluator> | null = null;
  return {
    input: explainer.input,
    layers: explainer.layers,
    batchSize: explainer.batchSize,
    classCount: explainer.classCount,
    maps: explainer.maps,
    ...(explainer.thresholds === null ? {} : { thresholds: explainer.thresholds }),
    warnings: explainer.warnings,
    statistics: options.statistics === true ? explainer.layers.map(({ layer }) => layer) : [],
    explain: (pictures, batchOptions) => explainer.explain(pictures, batchOptions),
    evaluate: async (pictures, explanation, orders, inputRows = []) => {
      opening ??= Evaluator.open(options);
      const evaluator = await opening;
      const { input } = explainer;
      const length = sampleCount(input);
      const picture = (index: number) =>
        scaledPixels(pictures.subarray(index * length, (index + 1) * length), options.pixels, input);
      const evaluations: ImageEvaluation[] = [];
      for (const order of orders) {
        evaluations.push({
          index: order.index,
          ...(await evaluateImage(evaluator, picture(order.index), explanation, order, inputRows[order.index])),
        });
      }
      return evaluations;
    },
    close: async () => {
      await explainer.close();
      await (await opening?.catch(() => null))?.close();
    },
  };
}

function evaluateImage(
  evaluator: Evaluator,
  picture: Float32Array,
  explanation: Explanation,
  { index, seed, randomise }: EvaluationOrder,
  inputRow: InputRow = {},
) {
  const maps = explanation.maps.map((maps): PictureMap => {
    const cells = maps.height * maps.width;
    const { layer, method, target } = maps;
    const values = maps.values.subarray(index * cells, (index + 1) * cells);
    return { layer, method, target, class: maps.classes[index] ?? -1, height: maps.height, width: maps.width, values };
  });
  return evaluator.evaluate(picture, maps, { seed, randomise, inputRow });
}
