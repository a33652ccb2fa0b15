/** Relevance is what PyTorch's autograd says, on a BERT and on a convolution over embeddings. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TextExplainer } from '../../src/text/text-explainer.ts';
import { fixture, type GoldenText, golden } from './fixtures.ts';

describe.each(['bert', 'cnn'] as const)('%s', (network) => {
  const { texts, steps } = golden(network);
  const methods = ['grad-x-input' as const, 'integrated-gradients' as const];
  // The padding token's own embedding is zero, as the baseline `zero` is; the unknown token's is not.
  const open = (baseline: 'zero' | 'pad') =>
    TextExplainer.open({
      model: fixture(`${network}/model.onnx`),
      methods,
      threads: 1,
      steps,
      baseline,
      padId: 1,
      targets: ['class:0', 'class:1', 'class:2', 'class:3', 'predicted'],
    });
  let explainers: { zero: TextExplainer; pad: TextExplainer };
  beforeAll(async () => {
    explainers = { zero: await open('zero'), pad: await open('pad') };
  });
  afterAll(async () => {
    await explainers.zero.close();
    await explainers.pad.close();
  });

  test.each(texts)('$text', async (text: GoldenText) => {
    const [zero] = await explainers.zero.explain([{ ids: text.ids }]);
    const [pad] = await explainers.pad.explain([{ ids: text.ids }]);
    expectClose(zero?.logits, text.logits, 1e-4);
    for (const target of text.targets) {
      const named = `class:${target.class}`;
      const of = (explanation: typeof zero, method: string) =>
        explanation?.relevance.find((r) => r.method === method && r.target === named);
      expectClose(of(zero, 'grad-x-input')?.values, target.gradTimesInput, 1e-4);
      expectClose(of(zero, 'integrated-gradients')?.values, target.integratedGradients, 1e-4);
      expectClose(of(pad, 'grad-x-input')?.values, target.gradTimesInput, 1e-4);
      expectClose(of(pad, 'integrated-gradients')?.values, target.integratedGradientsFromUnknown, 1e-4);
      expect(of(zero, 'integrated-gradients')?.baselineLogit).toBeCloseTo(target.baselineLogit, 4);
      if (target.class !== text.predicted) continue;
      const predicted = zero?.relevance.filter((r) => r.target === 'predicted');
      expect(predicted?.map((r) => r.class)).toEqual([text.predicted, text.predicted]);
      expect(predicted?.map((r) => [...r.values])).toEqual(methods.map((m) => [...(of(zero, m)?.values ?? [])]));
    }
  });
});

/** Within `tolerance` of the largest expected magnitude, or of 1 where all are smaller. */
function expectClose(actual: Float32Array | undefined, expected: readonly number[], tolerance: number): void {
  expect(actual?.length).toBe(expected.length);
  const largest = Math.max(1, ...expected.map(Math.abs));
  const worst = Math.max(...expected.map((value, i) => Math.abs(value - (actual?.[i] ?? Number.NaN))));
  expect(worst).toBeLessThan(tolerance * largest);
}
