/** The weather reports' classes are decided by one planted word: there the relevance has to be. */

import { expect, test } from 'vitest';
import { openNetwork } from './explained.ts';
import { frames, planted, strongestWord } from './planted.ts';

/** How many of the reports have the planted word as the strongest, speaking for its class. */
async function found(network: 'bert' | 'cnn'): Promise<{ reports: number; predicted: number; found: number }> {
  await using explainer = await openNetwork(network, { targets: ['label'] });
  const counts = { reports: 0, predicted: 0, found: 0 };
  for (const { label, word } of planted) {
    for (const [before, after] of frames.slice(0, 2)) {
      const [relevance] = await strongestWord(explainer, `${before} ${word} ${after}`, label);
      counts.reports += 1;
      if (relevance?.predicted === label) counts.predicted += 1;
      if (relevance?.strongest === word && relevance.value > 0) counts.found += 1;
    }
  }
  return counts;
}

test('the transformer: in every report the planted word is the strongest, and speaks for its class', async () => {
  expect(await found('bert')).toEqual({ reports: 36, predicted: 36, found: 36 });
});

test('the convolution: in every report too, though its windows share with the neighbours', async () => {
  // One report is misclassified; what speaks for its label is found all the same.
  expect(await found('cnn')).toEqual({ reports: 36, predicted: 35, found: 36 });
});
