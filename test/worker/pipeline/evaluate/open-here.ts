import { openEvaluatingExplainer } from '../../../../src/worker/pipeline/evaluate/evaluating-explainer.ts';
import type { PipelineExplainerOptions } from '../../../../src/worker/pipeline/explainer-options.ts';
import type { Inference } from '../../../../src/worker/pipeline/inference/inference.ts';

/** Inference with ONNX Runtime in the test's own thread: Node 20 loads no TypeScript in another. */
export async function openHere(options: PipelineExplainerOptions): Promise<Inference> {
  const explainer = await openEvaluatingExplainer(options);
  const { input, layers, batchSize, classCount, maps, statistics, warnings } = explainer;
  return {
    model: { input, layers, batchSize, classCount, maps, statistics, warnings },
    concurrency: 1,
    explain: async (slots, { slots: places, labels, evaluate }) => {
      const pictures = Buffer.concat(places.map((slot) => slots.pixels(slot)));
      const explanation = await explainer.explain(pictures, {
        count: places.length,
        labels: Int32Array.from(labels),
      });
      for (const [index, slot] of places.entries()) slots.writeResult(slot, explanation, index);
      return explainer.evaluate(pictures, explanation, evaluate);
    },
    close: () => explainer.close(),
    [Symbol.asyncDispose]: () => explainer.close(),
  };
}
