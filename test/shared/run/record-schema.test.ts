import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type ImageRecord, imageRecordSchema, recordJsonSchema } from '../../../src/shared/run/record.ts';
import { changed } from './changed-record.ts';

const file = new URL('../../../src/shared/run/record.schema.json', import.meta.url);

test('record.schema.json is what the code says (GRADLINE_WRITE_SCHEMA=1 writes it anew)', async () => {
  const made = `${JSON.stringify(recordJsonSchema(), null, 2)}\n`;
  if (process.env.GRADLINE_WRITE_SCHEMA) await writeFile(file, made);
  expect(JSON.parse(await readFile(file, 'utf8'))).toStrictEqual(JSON.parse(made));
});

const done: ImageRecord = {
  key: 'cat/a.jpg',
  label: 281,
  labelName: 'tabby cat',
  status: 'done',
  predicted: 282,
  predictedName: null,
  score: 0.7,
  margin: -0.1,
  correct: false,
  top: [{ class: 282, name: null, score: 0.7 }],
  maps: [
    {
      layer: 'layer4[-2]',
      method: 'grad-cam',
      target: 'label',
      class: -1,
      className: null,
      shape: [7, 7],
      overlay: null,
      map: 'maps/cat/a.jpg/x.npy',
      min: -1,
      max: 2,
      mean: 0.5,
      peak: { x: 16, y: 48 },
      centre: null,
      areaAboveHalf: 0,
      borderShare: 1,
      degenerate: true,
      degenerateReason: 'no-label',
    },
  ],
  image: { width: 500, height: 375 },
};
const quarantined: ImageRecord = {
  key: '../x.jpg',
  label: null,
  labelName: null,
  status: 'quarantined',
  error: { code: 'bad-key', message: 'The image key cannot be used.' },
};

const wrong: [string, unknown][] = [
  ['status', 'failed'],
  ['key', undefined],
  ['label', -1],
  ['label', 1.5],
  ['labelName', undefined],
  ['predicted', null],
  ['score', Number.NaN],
  ['top.0.class', 'tabby'],
  ['maps', undefined],
  ['maps.0.min', null],
  ['maps.0.shape', [7]],
  ['maps.0.borderShare', 1.1],
  ['maps.0.overlay', undefined],
  ['maps.0.peak', { x: 1 }],
  ['image.width', 0],
];

describe('both the code and the shipped file', () => {
  test('accept records of both kinds, and more fields than they know', async () => {
    const shipped = z.fromJSONSchema(JSON.parse(await readFile(file, 'utf8')));
    for (const record of [done, quarantined, changed(done, 'maps.0.more', [1]), changed(quarantined, 'more', 'x')]) {
      expect(imageRecordSchema.safeParse(record).error).toBeUndefined();
      expect(shipped.safeParse(record).error).toBeUndefined();
    }
    expect(imageRecordSchema.parse(changed(done, 'more', 1))).toMatchObject({ more: 1 });
  });

  test.each(wrong)('refuse a record whose %s is %j', async (path, value) => {
    const shipped = z.fromJSONSchema(JSON.parse(await readFile(file, 'utf8')));
    const record = changed(done, path, value);
    expect(imageRecordSchema.safeParse(record).success).toBe(false);
    expect(shipped.safeParse(record).success).toBe(false);
  });
});
