/** Runs over texts that may have several labels: every form says the same, and each pair of a text and a class is judged. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readClassNames } from '../../src/shared/run/class-names.ts';
import { explainTexts } from '../../src/text/explain-texts.ts';
import type { TextRunSettings } from '../../src/text/settings.ts';
import { readLabelledTexts, readTextLabels } from '../../src/text/text-labels.ts';
import { expectRefusal } from '../explain/open-tiny.ts';
import { fixture } from './fixtures.ts';
import { project, recordsOf } from './project.ts';

async function labelsOf(files: Record<string, string>, more: Partial<TextRunSettings> = {}) {
  const settings = await project(files, more);
  const classNames = await readClassNames(fixture('classes.json'));
  const labels = await readTextLabels(settings, classNames);
  if (labels === null) return null;
  const texts: unknown[] = [];
  for await (const { key, several } of readLabelledTexts(settings, labels))
    texts.push([key, several?.labels, several?.unknown]);
  return texts;
}

const labelled = [
  ['a', [2, 3], undefined],
  ['b', [1], undefined],
  ['c', [], undefined],
];

test.each([
  ['rows', 'a.csv', 'key,text,label\na,x,snow\nb,y,sun\na,x,rain\nc,z,\n', {}],
  ['cells', 'a.csv', 'key,text,label\na,x,rain|snow\nb,y,sun\nc,z,none\n', {}],
  ['another separator', 'a.csv', 'key,text,label\na,x,rain/snow\nb,y,sun\nc,z,none\n', { labelSeparator: '/' }],
  [
    'lists',
    'a.jsonl',
    '{"key":"a","text":"x","label":["rain","snow"]}\n{"key":"b","text":"y","label":["sun"]}\n{"key":"c","text":"z","label":[]}',
    {},
  ],
  ['columns', 'a.csv', 'key,text,dry,sun,rain,snow\na,x,0,0,1,1\nb,y,0,1,0,0\nc,z,0,0,0,0\n', {}],
])('%s give a text several labels, or none', async (_, name, content, more) => {
  expect(await labelsOf({ [name]: content }, more)).toEqual(labelled);
});

test('unknown classes and texts without a row are unknown; keys are numbers where the table has none', async () => {
  const columns = 'text,sun,rain\nx,1,-1\ny,,0\n';
  expect(await labelsOf({ 'a.csv': columns })).toEqual([
    ['1', [1], [0, 2, 3]],
    ['2', [], [0, 1, 3]],
  ]);
  expect(await labelsOf({ 'a.txt': 'x\ny' }, { multiLabel: true })).toEqual([
    ['1', null, undefined],
    ['2', null, undefined],
  ]);
});

test('one label a text stays one: rows with one key and different texts, and --no-multi-label', async () => {
  expect(await labelsOf({ 'a.csv': 'key,text,label\na,x,sun\na,y,rain\n' })).toBeNull();
  expect(await labelsOf({ 'a.csv': 'text,label\nx,sun\nx,rain\n' })).toBeNull();
  expect(await labelsOf({ 'a.csv': 'key,text,label\na,x,sun\na,x,rain\n' }, { multiLabel: false })).toBeNull();
  await expectRefusal(
    labelsOf({ 'a.csv': 'key,text,label\na,x,sun\na,y,rain\n' }, { multiLabel: true }),
    'bad-list',
    "line 3 has the key 'a'",
  );
  await expectRefusal(
    labelsOf({ 'a.txt': 'x' }, { multiLabel: false, threshold: 0.4 }),
    'missing-setting',
    '--threshold',
  );
});

test('a run judges each pair of a text and a class', async () => {
  const rows = 'key,text,dry,sun,rain,snow\na,rain in the town,,0,1,1\nb,sunny in the valley,0,1,0,0\nc,rain,,,,\n';
  const byClass = { dry: 0, sun: 0.5, rain: 0.5, snow: 1 };
  const settings = await project(
    { 'texts.csv': rows },
    {
      model: fixture('cnn/model.onnx'),
      methods: ['grad-x-input'],
      targets: ['predicted', 'label', 'class:1'],
      threshold: { readFrom: 'thresholds.json', byClass },
    },
  );
  const summary = await explainTexts(settings);
  const [a, b, c] = await recordsOf(settings);
  expect(a).toMatchObject({ label: null, labels: [2, 3], labelNames: ['rain', 'snow'], unknown: [0], correct: false });
  // Dry is decided of all texts, and known of none but b.
  expect(a).toMatchObject({ decided: [0, 2], falsePositives: [], falseNegatives: [3] });
  expect(b).toMatchObject({ decided: [0, 1], decidedNames: ['dry', 'sun'], falsePositives: [0], falseNegatives: [] });
  expect(c).not.toHaveProperty('correct');
  expect(a.scores).toHaveLength(4);
  const pairs = (record: typeof a) =>
    record.relevance.map((row: typeof a) => [row.class, row.targets, row.outcome]).sort();
  expect(pairs(a)).toEqual([
    [0, ['predicted'], undefined],
    [1, ['class:1'], 'true-negative'],
    [2, ['predicted', 'label'], 'true-positive'],
    [3, ['label'], 'false-negative'],
  ]);
  expect(pairs(b)).toContainEqual([0, ['predicted'], 'false-positive']);
  expect(summary).toMatchObject({
    labelled: 2,
    accuracy: 0,
    multiLabel: {
      thresholds: [0, 0.5, 0.5, 1],
      truePositives: 2,
      falsePositives: 1,
      falseNegatives: 1,
      microF1: 4 / 6,
    },
  });
  const page = await readFile(join(settings.output, 'relevance.html'), 'utf8');
  expect(page.match(/✓ right<|✓ rightly not decided<|✗ missed<|✗ false positive</g)?.sort()).toEqual([
    '✓ right<',
    '✓ right<',
    '✓ rightly not decided<',
    '✗ false positive<',
    '✗ missed<',
  ]);
  expect(page).toContain('✗ missed: <b><bdi>snow</bdi></b>');
});

test('best-f1 is chosen when all is explained, and written for the next run', async () => {
  const settings = await project(
    { 'texts.jsonl': '{"text":"rain","label":["rain"]}\n{"text":"snow in town","label":["snow"]}' },
    { model: fixture('cnn/model.onnx'), methods: ['grad-x-input'], threshold: 'best-f1' },
  );
  const { multiLabel } = await explainTexts(settings);
  expect(multiLabel).toMatchObject({ truePositives: 2, falseNegatives: 0 });
  const written = JSON.parse(await readFile(join(settings.output, 'thresholds.json'), 'utf8'));
  const [rain, snow] = await recordsOf(settings);
  // Of dry and sun no text is: nothing can be chosen.
  expect(written).toEqual({ dry: 0.5, sun: 0.5, rain: rain.scores[2], snow: snow.scores[3] });
});
