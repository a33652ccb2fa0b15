/** Texts of which several classes are true: each class that their targets name has the relevance that it has by itself. */

import { expect, test } from 'vitest';
import { UserError } from '../../src/explain/user-error.ts';
import { difference } from '../explain/open-tiny.ts';
import { type Network, openNetwork, sequences } from './explained.ts';
import { golden } from './fixtures.ts';

const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));

test.each<Network>(['bert', 'cnn'])('%s: as many rows of relevance as classes, from one batch', async (network) => {
  const { texts: all } = golden(network);
  // A batch of one length: the network without a mask takes no other.
  const [first, ...others] = await sequences(all.map(({ text }) => text));
  if (first === undefined) throw new Error('no text');
  const texts = [
    first,
    ...others.filter(({ ids }) => ids.length === first.ids.length),
    first,
    { ...first, labels: [0, 1, 2] },
  ];
  const plain = { steps: 4, methods: ['integrated-gradients' as const, 'grad-x-input' as const] };
  const targets = ['class:0', 'class:1', 'class:2', 'class:3'];
  await using each = await openNetwork(network, { ...plain, targets });
  await using several = await openNetwork(network, {
    ...plain,
    targets: ['predicted', 'label'],
    thresholds: [1, 1, 0, 0],
  });
  const alone = await each.explain(texts);
  const found = await several.explain(texts);
  const classes = found.map(({ relevance }) => relevance.filter((_, i) => i % 2 === 0).map((row) => row.class));
  found.forEach(({ logits, scores, relevance }, i) => {
    const wanted = i === texts.length - 1 ? [0, 1, 2, 3] : [2, 3];
    expect(classes[i]?.toSorted()).toEqual(wanted);
    const ranked = [...wanted].sort((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0));
    expect(classes[i]).toEqual(ranked);
    expect(difference(scores, Array.from(logits, sigmoid))).toBeLessThan(1e-6);
    for (const [place, row] of relevance.entries()) {
      const same = alone[i]?.relevance.find(({ method, class: own }) => method === row.method && own === row.class);
      expect(row.target).toBe(`predicted+label#${Math.floor(place / 2) + 1}`);
      expect(difference(row.values, same?.values ?? [])).toBeLessThan(1e-5);
      expect(row.logit).toBeCloseTo(same?.logit ?? Number.NaN, 4);
      expect(row.baselineLogit ?? 0).toBeCloseTo(same?.baselineLogit ?? 0, 4);
    }
  });
});

test('a text of which nothing is decided or true has no relevance; thresholds must be as many as classes', async () => {
  const texts = await sequences(['rain in the old town']);
  await using none = await openNetwork('cnn', { targets: ['predicted', 'label', 'class:2'], thresholds: 1, steps: 2 });
  const [text] = await none.explain(texts);
  expect(text?.relevance.map(({ target }) => target)).toEqual(['class:2']);
  await using wrong = await openNetwork('cnn', { thresholds: [0.5] });
  await expect(wrong.explain(texts)).rejects.toThrow(UserError);
});
