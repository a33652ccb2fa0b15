/** A whole run over a file of texts: records, page, settings, and what is set aside. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { explainTexts } from '../../src/text/explain-texts.ts';
import { difference, expectRefusal } from '../explain/open-tiny.ts';
import { fixture, golden } from './fixtures.ts';
import { project, recordsOf } from './project.ts';

test('records come in the order of the texts, whatever their lengths, and say what PyTorch says', async () => {
  const { texts } = golden('bert');
  const rows = texts.map(({ text, predicted }) => JSON.stringify({ text, label: (predicted + 1) % 4 }));
  const settings = await project({ 'texts.jsonl': rows.join('\n') }, { targets: ['predicted', 'label'] });
  const seen: number[] = [];
  const summary = await explainTexts(settings, (count) => seen.push(count));
  expect(summary).toMatchObject({ texts: 5, done: 5, quarantined: 0, labelled: 5, accuracy: 0 });
  expect(seen.at(-1)).toBe(5);
  const records = await recordsOf(settings);
  const names: string[] = JSON.parse(await readFile(fixture('classes.json'), 'utf8'));
  records.forEach((record, i) => {
    const expected = texts[i];
    expect(record).toMatchObject({
      key: String(i + 1),
      text: expected?.text,
      status: 'done',
      predicted: expected?.predicted,
      predictedName: names[expected?.predicted ?? -1],
      correct: false,
      truncated: false,
    });
    expect(record.label).toBe(((expected?.predicted ?? 0) + 1) % 4);
    expect(record.labelName).toBe(names[record.label]);
    expect(record.tokens.map(({ id }: { id: number }) => id)).toEqual(expected?.ids);
    expect(record.top.map((entry: { class: number }) => entry.class).sort()).toEqual([0, 1, 2, 3]);
    expect(record.score).toBe(record.top[0].score);
    expect(record.margin).toBeCloseTo(record.top[0].score - record.top[1].score, 5);
    expect(record.relevance).toHaveLength(4);
    for (const relevance of record.relevance) {
      const answer = expected?.targets.find((target) => target.class === relevance.class);
      const integrated = relevance.method === 'integrated-gradients';
      const values = integrated ? answer?.integratedGradients : answer?.gradTimesInput;
      expect(relevance.class).toBe(relevance.target === 'label' ? record.label : record.predicted);
      expect(relevance.className).toBe(names[relevance.class]);
      expect(difference(relevance.values, values)).toBeLessThan(5e-4);
      expect(relevance.sum).toBeCloseTo(
        relevance.values.reduce((a: number, b: number) => a + b, 0),
        4,
      );
      expect(relevance.baselineLogit === null).toBe(!integrated);
    }
  });
});

test('a text that is too long is cut, and its record says so', async () => {
  const settings = await project({ 'texts.txt': `rain ${'in the old town '.repeat(40)}\nrain` });
  await explainTexts(settings);
  const [cut, whole] = await recordsOf(settings);
  expect(cut).toMatchObject({ truncated: true });
  expect(cut.tokens).toHaveLength(64);
  expect(cut.relevance[0].values).toHaveLength(64);
  expect(whole).toMatchObject({ truncated: false });
  const shorter = await project({ 'texts.txt': 'rain in the old town' }, { maxLength: 4 });
  await explainTexts(shorter);
  expect((await recordsOf(shorter))[0].tokens.map(({ token }: { token: string }) => token)).toEqual([
    '[CLS]',
    'rain',
    'in',
    '[SEP]',
  ]);
});

test('page and settings tell what was done; the text of the page is escaped', async () => {
  const settings = await project(
    { 'texts.txt': "<script>alert('rain')</script>" },
    { model: fixture('cnn/model.onnx') },
  );
  await explainTexts(settings);
  const page = await readFile(join(settings.output, 'relevance.html'), 'utf8');
  expect(page).not.toContain('<script');
  expect(page).toContain('>script<span class="number">');
  expect(page).toContain('&lt;');
  const facts = JSON.parse(await readFile(join(settings.output, 'settings.json'), 'utf8'));
  expect(facts.settings).toMatchObject({ methods: settings.methods, baseline: 'zero', steps: 32 });
  expect(facts.counts).toMatchObject({ texts: 1, done: 1 });
  expect(facts.digests.model).toMatch(/^[0-9a-f]{64}$/);
  expect(facts.versions.tokenizers).toMatch(/^\d+\.\d+\.\d+$/);
});

test('a text that makes no token is set aside with its reason; none at all is an error', async () => {
  const bare = JSON.parse(await readFile(fixture('tokenizer.json'), 'utf8'));
  bare.post_processor = null;
  const files = { 'texts.jsonl': '{"text": ""}\n{"text": "rain"}\n', 'bare.json': JSON.stringify(bare) };
  const settings = await project(files);
  const tokenizer = join(settings.input, '..', 'bare.json');
  const summary = await explainTexts({ ...settings, tokenizer });
  expect(summary).toMatchObject({ texts: 2, done: 1, quarantined: 1, failures: { 'no-tokens': 1 } });
  const [failed, done] = await recordsOf(settings);
  expect(failed).toMatchObject({ key: '1', text: '', status: 'quarantined', error: { code: 'no-tokens' } });
  expect(done).toMatchObject({ key: '2', status: 'done' });
  const empty = await project({ 'texts.txt': '\n \n' });
  await expectRefusal(explainTexts(empty), 'no-texts', empty.input);
});

test('labels by name need names', async () => {
  const settings = await project({ 'texts.csv': 'text,label\nrain,Rain\n' });
  expect(await explainTexts(settings)).toMatchObject({ labelled: 1 });
  expect((await recordsOf(settings))[0].label).toBe(2);
  await expectRefusal(explainTexts({ ...settings, classes: null }), 'unknown-class', "'Rain'", '--classes');
});
