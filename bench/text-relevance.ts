/**
 * How far relevance of tokens is from PyTorch's, classifier by classifier, and how often it finds what decides.
 *
 *     GRADLINE_ORACLE=<folder> npm run bench:text
 *
 * The folder holds classifiers made by `python test/oracle/text/architectures.py <folder>`; without it the two of the tests are read.
 * The first table has the largest deviation over texts and classes, as a share of the text's largest relevance (by either method) or
 * logit, without padding, and of the logits with padding; the second, for the
 * tests' classifiers, how many of the weather reports have their planted word as the strongest word, speaking for the class.
 * Exits with 1 where a deviation is above 1e-3.
 */

import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type TextMethod, textMethods } from '../src/text/options.ts';
import { TextExplainer } from '../src/text/text-explainer.ts';
import { fixture, type Golden } from '../test/text/fixtures.ts';
import { frames, planted, strongestWord } from '../test/text/planted.ts';

const tolerance = 1e-3;
const columns = [28, 12, 16, 24, 10] as const;
const print = (...cells: string[]) => console.log(cells.map((cell, i) => cell.padEnd(columns[i] ?? 0)).join(''));

const folder = process.env.GRADLINE_ORACLE;
const root = folder === undefined ? fixture('') : path.resolve(folder);
const entries = await readdir(root, { withFileTypes: true });

print('classifier', 'logits', 'grad-x-input', 'integrated gradients', 'padded');
for (const { name } of entries.filter((entry) => entry.isDirectory()).sort((a, b) => (a.name < b.name ? -1 : 1))) {
  try {
    const found = await deviations(path.join(root, name), true);
    const [padded = Number.NaN] = await deviations(path.join(root, name), false);
    print(name, ...[...found, padded].map((share) => share.toExponential(1)));
    if (found.some((share) => !(share < tolerance))) process.exitCode = 1;
  } catch (error) {
    print(name, error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}

if (folder === undefined) {
  console.log();
  print('classifier', 'texts', ...textMethods);
  for (const network of ['bert', 'cnn'] as const) print(network, ...(await plantedShares(network)));
}

/** Of logits, gradient times input and integrated gradients; without `exactLengths`, of texts with padding behind them. */
async function deviations(place: string, exactLengths: boolean): Promise<number[]> {
  const { steps, texts }: Golden = JSON.parse(await readFile(path.join(place, 'golden.json'), 'utf8'));
  const classes = [...new Set(texts.flatMap(({ targets }) => targets.map((target) => target.class)))];
  await using explainer = await TextExplainer.open({
    model: path.join(place, 'model.onnx'),
    methods: [...textMethods],
    targets: classes.map((index) => `class:${index}`),
    steps,
    exactLengths,
  });
  const largest = [0, 0, 0];
  const note = (at: number, actual: Float32Array | undefined, expected: readonly number[], scale: number) => {
    largest[at] = Math.max(largest[at] ?? 0, difference(actual, expected) / scale);
  };
  for (const text of texts) {
    const [explained] = await explainer.explain([{ ids: text.ids }]);
    note(0, explained?.logits, text.logits, magnitude(text.logits));
    for (const target of text.targets) {
      const values = (method: TextMethod) =>
        explained?.relevance.find((r) => r.method === method && r.class === target.class)?.values;
      const scale = Math.max(magnitude(target.gradTimesInput), magnitude(target.integratedGradients));
      note(1, values('grad-x-input'), target.gradTimesInput, scale);
      note(2, values('integrated-gradients'), target.integratedGradients, scale);
    }
  }
  return largest;
}

function magnitude(values: readonly number[]): number {
  return Math.max(...values.map(Math.abs));
}

function difference(actual: Float32Array | undefined, expected: readonly number[]): number {
  return magnitude(expected.map((value, i) => value - (actual?.[i] ?? Number.NaN)));
}

async function plantedShares(network: 'bert' | 'cnn'): Promise<string[]> {
  await using explainer = await TextExplainer.open({
    model: fixture(`${network}/model.onnx`),
    methods: [...textMethods],
    targets: ['label'],
  });
  const hits = new Map<TextMethod, number>();
  let texts = 0;
  for (const { label, word } of planted) {
    for (const [before, after] of frames) {
      texts += 1;
      for (const { method, strongest, value } of await strongestWord(explainer, `${before} ${word} ${after}`, label)) {
        if (strongest === word && value > 0) hits.set(method, (hits.get(method) ?? 0) + 1);
      }
    }
  }
  return [String(texts), ...textMethods.map((method) => String(hits.get(method) ?? 0))];
}
