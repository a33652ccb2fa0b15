/** The weather reports' classes are decided by one planted word: there the relevance has to be. */

import { expect, test } from 'vitest';
import { TextTokenizer } from '../../src/text/tokenizer.ts';
import { piecesOf } from '../../src/text/words.ts';
import { type Network, openNetwork, sum } from './explained.ts';
import { fixture } from './fixtures.ts';

const planted = {
  1: ['sunny', 'sunshine', 'heatwave'],
  2: ['drizzle', 'downpour'],
  3: ['snowfall', 'blizzard', 'frosty'],
};
const frames: [string, string][] = [
  ['The report says', 'in the valley this morning.'],
  ['Everyone expects', 'on the coast today'],
];

test.each<Network>(['bert', 'cnn'])(
  '%s: the planted word is the strongest, and speaks for its class',
  async (network) => {
    const tokenizer = await TextTokenizer.open(fixture('tokenizer.json'));
    await using explainer = await openNetwork(network, { targets: ['predicted', 'label'] });
    for (const [label, words] of Object.entries(planted)) {
      for (const word of words) {
        for (const [before, after] of frames) {
          const text = `${before} ${word} ${after}`;
          const [encoded] = await tokenizer.encode([text], 64);
          const tokens = encoded?.tokens ?? [];
          const [explained] = await explainer.explain([{ ids: tokens.map(({ id }) => id), label: Number(label) }]);
          const [predicted, labelled] = explained?.relevance ?? [];
          expect(predicted?.class, text).toBe(Number(label));
          expect(labelled?.values).toEqual(predicted?.values);
          const values = piecesOf(text, tokens).map((piece) => ({
            word: piece.text,
            value: sum(piece.tokens.map((token) => predicted?.values[token] ?? 0)),
          }));
          const [first] = values.sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
          expect(first?.word, text).toBe(word);
          expect(first?.value, text).toBeGreaterThan(0.5);
        }
      }
    }
  },
);
