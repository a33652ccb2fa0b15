import type { ExplainerOptions } from '../../../../src/explain/options.ts';
import { openEvaluatingExplainer } from '../../../../src/worker/pipeline/evaluate/evaluating-explainer.ts';
import type { Inference } from '../../../../src/worker/pipeline/inference/inference.ts';

/** Inference with ONNX Runtime in the test's own thread: Node 20 loads no TypeScript in another. */
export async function openHere(options: ExplainerOptions): Promise<Inference> {
  const explainer = await openEvaluatingExplainer(options);
  const { input, layers, batchSize, classCount } = explainer;
  return {
    model: { input, layers, batchSize, classCount },
    concurrency: 1,
    explain: async (values, count, labels, evaluate = []) => {
      const explanation = await explainer.explain(values, { count, labels });
      return { explanation, values, evaluations: await explainer.evaluate(values, explanation, evaluate) };
    },
    close: () => explainer.close(),
    [Symbol.asyncDispose]: () => explainer.close(),
  };
}
