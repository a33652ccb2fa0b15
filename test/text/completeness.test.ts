/** Integrated gradients add up to what the text's score is above the baseline's (Sundararajan et al. 2017, proposition 1). */

import { describe, expect, test } from 'vitest';
import type { Baseline } from '../../src/text/options.ts';
import { type Network, openNetwork, sequences, sum } from './explained.ts';
import { golden } from './fixtures.ts';

const texts = golden('bert').texts.map(({ text }) => text);

/** How far sum and difference are apart, at most, over the texts and targets. */
async function largestGap(network: Network, steps: number, baseline: Baseline): Promise<number> {
  await using explainer = await openNetwork(network, {
    steps,
    baseline,
    padTo: 24,
    // The baseline `pad` with an embedding that is not zero. Padding has no relevance in either case, though the convolution reads it.
    padId: baseline === 'pad' ? 1 : 0,
    targets: ['predicted', 'class:0', 'class:snow-vs-rain'],
    classNames: ['dry', 'sun', 'rain', 'snow'],
  });
  const explained = await explainer.explain(await sequences(texts));
  const gaps = explained.flatMap(({ relevance }) =>
    relevance.map(({ values, logit, baselineLogit }) =>
      Math.abs(sum(values) - (logit - (baselineLogit ?? Number.NaN))),
    ),
  );
  expect(gaps).toHaveLength(3 * texts.length);
  return Math.max(...gaps);
}

describe.each<Network>(['bert', 'cnn'])('%s', (network) => {
  test.each<Baseline>(['zero', 'pad'])('from the baseline %s, the more exactly the more steps', async (baseline) => {
    const coarse = await largestGap(network, 4, baseline);
    const fine = await largestGap(network, 200, baseline);
    expect(fine).toBeLessThan(0.005);
    expect(coarse).toBeGreaterThan(10 * fine);
  });
});

test('the score explained is the logit, and the difference of two for a-vs-b', async () => {
  await using explainer = await openNetwork('bert', { targets: ['class:3', 'class:2', 'class:3-vs-2'], steps: 16 });
  const [explained] = await explainer.explain(await sequences(texts.slice(0, 1)));
  const [snow, rain, versus] = explained?.relevance ?? [];
  expect(snow?.logit).toBe(explained?.logits[3]);
  expect(versus?.logit).toBeCloseTo((snow?.logit ?? 0) - (rain?.logit ?? 0), 5);
  const differences = Array.from(snow?.values ?? [], (value, token) => value - (rain?.values[token] ?? 0));
  differences.forEach((value, token) => {
    expect(versus?.values[token]).toBeCloseTo(value, 4);
  });
});

test('integrated gradients keep to the class of the whole text where the baseline has another', async () => {
  await using explainer = await openNetwork('bert');
  const [explained] = await explainer.explain(await sequences(texts.slice(0, 1)));
  const [relevance] = explained?.relevance ?? [];
  expect(relevance?.class).toBe(3);
  // The baseline's own class is another: its logit for this one is not its highest.
  expect(relevance?.baselineLogit).toBeLessThan(0);
  expect(sum(relevance?.values ?? [])).toBeGreaterThan(2);
});
