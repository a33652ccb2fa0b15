/** What a run over labelled texts says of its mistakes: words that are taken for a class, against chance and against right texts. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { explainTexts } from '../../src/text/explain-texts.ts';
import { TextFindingsBuilder } from '../../src/text/findings/text-findings.ts';
import type { DoneText } from '../../src/text/record.ts';
import { fixture } from './fixtures.ts';
import { project } from './project.ts';

const [sun, rain] = [0, 1];
const classNames = ['sun', 'rain'];

/** @param values of the words, for the predicted class */
function textOf(key: number, text: string, label: number, predicted: number, values: Record<string, number>): DoneText {
  let start = 0;
  const tokens = text.split(' ').map((token, id) => {
    const place = { id, token, start, end: start + token.length };
    start = place.end + 1;
    return place;
  });
  const score = 0.6 + (key % 30) / 100;
  return {
    ...{ key: String(key), text, label, labelName: classNames[label] ?? null, status: 'done' },
    ...{ predicted, predictedName: classNames[predicted] ?? null, score, margin: 2 * score - 1 },
    correct: label === predicted,
    top: [predicted, 1 - predicted].map((index, place) => ({
      ...{ class: index, name: classNames[index] ?? null },
      score: place === 0 ? score : 1 - score,
    })),
    truncated: false,
    tokens,
    relevance: [
      {
        ...{ method: 'integrated-gradients', target: 'predicted', class: predicted, className: null },
        values: tokens.map(({ token }) => values[token] ?? 0.1),
        ...{ sum: 1, logit: 1, baselineLogit: 0, degenerate: false, degenerateReason: null },
      },
    ],
  };
}

/** Sunny texts, of which those with an umbrella are taken for rain; rainy ones that say so. */
function texts(carrying: string): DoneText[] {
  const umbrella = 'an Umbrella on the beach';
  return Array.from({ length: 80 }, (_, key) => {
    if (key < 40) return textOf(key, key % 20 === 0 ? 'rain on umbrella' : 'rain on the town', rain, rain, { rain: 2 });
    if (key < 52) return textOf(key, umbrella, sun, rain, { [carrying]: 2 });
    return textOf(key, key < 54 ? umbrella : 'bright on the town', sun, sun, { bright: 2 });
  });
}

function found(records: readonly DoneText[]) {
  const builder = new TextFindingsBuilder();
  for (const record of records) builder.add(record);
  const source = { model: 'model.onnx', input: 'texts.csv', threshold: undefined, thresholds: null, classNames };
  return builder.finish(source);
}

test('a word that false positives hold, that speaks for the class there and not in right texts, is a cue', () => {
  const { findings, mistakes, words } = found(texts('Umbrella')) ?? {};
  expect(findings?.words).toHaveLength(1);
  expect(findings?.words[0]).toMatchObject({
    ...{ word: 'umbrella', class: rain, kind: 'cue', count: 12, falsePositives: 12 },
    ...{ rate: 12 / 14, otherwise: 0 },
    carries: { falsePositives: 12, truePositives: 0, outOf: 40 },
  });
  expect(findings?.words[0]?.sentence).toContain(
    '12 of the 12 texts falsely taken for rain hold “umbrella”, which is among the words that speak most for it in 12 of them. Of the texts with it that are not rain, 86% are taken for rain, against 0% of those without it.',
  );
  expect(findings).toMatchObject({ accuracy: 68 / 80, counts: { texts: 80, labelled: 80, correct: 68 } });
  expect(findings?.confusion).toContainEqual({ label: sun, predicted: rain, count: 12 });
  // The surest first.
  expect(words?.[0]?.[0]).toBe(mistakes?.[0]);
  expect(findings?.mistakes.map(({ score }) => score)).toEqual(
    [...(findings?.mistakes ?? [])].map(({ score }) => score).sort((a, b) => b - a),
  );
});

test('a word that comes with mistakes and speaks for nothing is no finding, nor is one where mistakes have nothing in common', () => {
  expect(found(texts('on'))?.findings.words.map(({ word }) => word)).not.toContain('umbrella');
  const scattered = Array.from({ length: 80 }, (_, key) =>
    textOf(key, `word${key % 7} in the town${key % 5}`, sun, key % 8 === 0 ? rain : sun, { [`word${key % 7}`]: 2 }),
  );
  expect(found(scattered)?.findings.words).toEqual([]);
});

test('without labels there is nothing to find', () => {
  const { label: _, correct: __, ...unlabelled } = textOf(0, 'rain', rain, rain, {});
  expect(found([{ ...unlabelled, label: null }])).toBeNull();
});

test.each([
  ['one label a text', 'label\nrain in the town,sun\nsunny in the valley,sun\nsnow <b>,snow\n', 'accuracy'],
  ['several', 'label\nrain in the town,sun|snow\nsunny in the valley,sun\nsnow <b>,snow|rain\n', 'average precision'],
])('a run over texts with %s writes its findings, with the words of each mistake', async (_, rows, held) => {
  const settings = await project(
    { 'texts.csv': `text,${rows}` },
    { model: fixture('cnn/model.onnx'), methods: ['grad-x-input'], targets: ['predicted', 'label'] },
  );
  const summary = await explainTexts(settings);
  const findings = JSON.parse(await readFile(join(settings.output, 'findings.json'), 'utf8'));
  expect(findings.accuracy).toBe(summary.accuracy);
  expect(findings.classNames).toEqual(['dry', 'sun', 'rain', 'snow']);
  const listed = findings.multiLabel?.mistakes ?? findings.mistakes;
  expect(listed.length).toBeGreaterThan(0);
  expect(summary.findings).toEqual({ page: 'findings.html', mistakes: listed.length, words: [] });
  const page = await readFile(join(settings.output, 'findings.html'), 'utf8');
  expect(page.toLowerCase()).toContain(held);
  expect(page).toMatch(/<span class="word for"[^>]*>rain</);
  expect(page).not.toMatch(/<script|https?:|<b>,|\bsrc=/);
});
