/** What stands beside a text in its batch changes nothing about it. */

import { expect, test } from 'vitest';
import { difference } from '../explain/open-tiny.ts';
import { oneByOne, openNetwork, sequences } from './explained.ts';
import { golden } from './fixtures.ts';

const texts = golden('bert').texts.map(({ text }) => text);
const methods = ['integrated-gradients' as const, 'grad-x-input' as const];

test('a masked model gives a text in a padded batch the relevance that it has alone', async () => {
  await using together = await openNetwork('bert', { methods, padTo: 40, batchSize: 3 });
  await using alone = await openNetwork('bert', { methods });
  const ids = await sequences(texts);
  expect(new Set(ids.map((text) => text.ids.length)).size).toBeGreaterThan(2);
  const batched = await together.explain(ids);
  const single = await oneByOne(alone, ids);
  expect(batched).toHaveLength(texts.length);
  batched.forEach((explanation, i) => {
    expect(difference(explanation.logits, single[i]?.logits)).toBeLessThan(1e-5);
    explanation.relevance.forEach(({ values, class: index }, r) => {
      expect(values).toHaveLength(ids[i]?.ids.length ?? 0);
      expect(index).toBe(single[i]?.relevance[r]?.class);
      expect(difference(values, single[i]?.relevance[r]?.values)).toBeLessThan(1e-4);
    });
  });
});

test('masked lengths share few sessions, and none is longer than the model takes', async () => {
  await using explainer = await openNetwork('bert', { maxLength: 50 });
  const lengths = Array.from({ length: 50 }, (_, i) => explainer.compiledLength(i + 1));
  expect(lengths.every((length, i) => length > i)).toBe(true);
  expect([...new Set(lengths)]).toEqual([8, 12, 16, 24, 32, 48, 50]);
  expect(() => explainer.compiledLength(51)).toThrow(RangeError);
  await using exact = await openNetwork('bert', { exactLengths: true });
  expect([1, 7, 20, 33].map((length) => exact.compiledLength(length))).toEqual([1, 7, 20, 33]);
});

test('a model without a mask gets texts of one length together, and padding only when asked for', async () => {
  await using exact = await openNetwork('cnn');
  await using padded = await openNetwork('cnn', { padTo: 20 });
  expect([1, 7, 20, 33].map((length) => exact.compiledLength(length))).toEqual([1, 7, 20, 33]);
  expect([1, 7, 20, 33].map((length) => padded.compiledLength(length))).toEqual([20, 20, 20, 33]);
  await expect(exact.explain([{ ids: [2, 3] }, { ids: [2, 57, 3] }])).rejects.toThrow(RangeError);
  await expect(openNetwork('cnn', { padTo: 20, maxLength: 10 })).rejects.toMatchObject({ code: 'bad-setting' });
});
