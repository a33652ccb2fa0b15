import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type TextRecord, textRecordJsonSchema, textRecordSchema } from '../../src/text/record.ts';
import { changed } from '../shared/run/changed-record.ts';

const file = new URL('../../src/text/record.schema.json', import.meta.url);
const shippedSchema = async () => z.fromJSONSchema(JSON.parse(await readFile(file, 'utf8')));

test('record.schema.json is what the code says (GRADLINE_WRITE_SCHEMA=1 writes it anew)', async () => {
  const made = `${JSON.stringify(textRecordJsonSchema(), null, 2)}\n`;
  if (process.env.GRADLINE_WRITE_SCHEMA) await writeFile(file, made);
  expect(JSON.parse(await readFile(file, 'utf8'))).toStrictEqual(JSON.parse(made));
});

const done: TextRecord = {
  key: '1',
  text: 'A good film.',
  label: 1,
  labelName: 'positive',
  status: 'done',
  predicted: 1,
  predictedName: null,
  score: 0.9,
  margin: 0.8,
  correct: true,
  top: [{ class: 1, name: null, score: 0.9 }],
  truncated: false,
  tokens: [
    { id: 101, token: '[CLS]', start: null, end: null },
    { id: 7, token: 'good', start: 2, end: 6 },
  ],
  relevance: [
    {
      method: 'grad-x-input',
      target: 'predicted',
      class: 1,
      className: null,
      values: [0, -0.5],
      sum: -0.5,
      logit: 2,
      baselineLogit: null,
      degenerate: false,
      degenerateReason: null,
    },
  ],
};
const several: TextRecord = {
  ...done,
  label: null,
  labelName: null,
  labels: [1, 2],
  labelNames: ['positive', null],
  unknown: [3],
  decided: [0, 1],
  decidedNames: ['negative', 'positive'],
  falsePositives: [0],
  falseNegatives: [2],
  scores: [0.6, 0.9, 0.1, 0.2],
  relevance: done.relevance.map((row) => ({ ...row, targets: ['predicted', 'label'], outcome: 'true-positive' })),
};
const quarantined: TextRecord = {
  key: '2',
  text: '',
  label: null,
  labelName: null,
  status: 'quarantined',
  error: { code: 'no-tokens', message: 'The text holds no tokens.' },
};

const wrong: [string, unknown][] = [
  ['status', 'failed'],
  ['text', undefined],
  ['label', -1],
  ['predicted', null],
  ['truncated', undefined],
  ['tokens.0.id', -1],
  ['tokens.1.start', 1.5],
  ['tokens', undefined],
  ['relevance.0.method', 'grad-cam'],
  ['relevance.0.values', ['0']],
  ['relevance.0.values.1', null],
  ['relevance.0.baselineLogit', undefined],
  ['relevance.0.class', -2],
];

describe('both the code and the shipped file', () => {
  test('accept records of both kinds, and more fields than they know', async () => {
    const shipped = await shippedSchema();
    for (const record of [
      done,
      several,
      quarantined,
      changed(done, 'relevance.0.more', [1]),
      changed(quarantined, 'more', 'x'),
    ]) {
      expect(textRecordSchema.safeParse(record).error).toBeUndefined();
      expect(shipped.safeParse(record).error).toBeUndefined();
    }
    expect(textRecordSchema.parse(changed(done, 'more', 1))).toMatchObject({ more: 1 });
  });

  test.each(wrong)('refuse a record whose %s is %j', async (path, value) => {
    const record = changed(done, path, value);
    expect(textRecordSchema.safeParse(record).success).toBe(false);
    expect((await shippedSchema()).safeParse(record).success).toBe(false);
  });
});
