import { expect, test } from 'vitest';
import { makeFindings } from '../../src/report/make-findings.ts';
import type { DoneRecord } from '../../src/shared/run/record.ts';
import { answered, outputOf } from './hand-made.ts';

const records = [answered('a.jpg', 0, 0), answered('b.jpg', 1, 0), answered('c.jpg', 2, 2)];

function withName(record: DoneRecord, index: number, name: string): DoneRecord {
  const nameOf = (own: number | null, known: string | null) => (own === index ? name : known);
  return {
    ...record,
    labelName: nameOf(record.label, record.labelName),
    predictedName: nameOf(record.predicted, record.predictedName),
    top: record.top.map((one) => ({ ...one, name: nameOf(one.class, one.name) })),
  };
}

const outputWith = (own: readonly DoneRecord[]) => outputOf({ shards: [own], heatmap: () => [1, 0, 0, 0] });

test('a reference run whose classes have other names is refused', async () => {
  const output = await outputWith(records);
  const reference = await outputWith(records.map((record) => withName(record, 0, 'lynx')));
  await expect(makeFindings(output, { reference })).rejects.toMatchObject({
    code: 'classes-differ',
    message: expect.stringContaining('class 0 is "cat" in the run and "lynx" in the reference'),
  });
});

test('a reference run with the same classes, or without some of them, is taken', async () => {
  const output = await outputWith(records);
  const { findings } = await makeFindings(output, { reference: await outputWith(records.slice(0, 1)) });
  expect(findings.counts.labelled).toBe(3);
});
