import { expect, test } from 'vitest';
import { labelErrorOf, suspectedLabels } from '../../../src/report/findings/label-errors.ts';
import type { DoneRecord } from '../../../src/shared/run/record.ts';
import { image, tableOf } from '../hand-made.ts';
import { calibrated, classes, mislabelled, softmax } from './calibrated-images.ts';

/** Keys of the suspected images, the likeliest first. */
function suspects(records: readonly DoneRecord[]): string[] {
  const table = tableOf(records);
  return suspectedLabels(table).rows.map((row) => table.keys[row] ?? '');
}

test('where the network is as often wrong as it says, no label is suspected', () => {
  expect(suspects(calibrated(600))).toEqual([]);
  expect(suspects(calibrated(400, 3))).toEqual([]);
});

test('of labels that are wrong in every pair of classes, most are suspected, and little else', () => {
  const { records, wrong } = mislabelled(calibrated(800, 7), 0.05);
  const table = tableOf(records);
  const { rows, chances, rate } = suspectedLabels(table);
  expect(rate).toBeGreaterThan(0.025);
  expect(rate).toBeLessThan(0.07);
  const found = rows.filter((row) => wrong.has(table.keys[row] ?? ''));
  expect(found.length / wrong.size).toBeGreaterThan(0.7);
  // Chances are chances: as many labels are wrong as they add up to.
  const expected = [...chances.values()].reduce((sum, chance) => sum + chance, 0);
  expect(Math.abs(expected - found.length)).toBeLessThan(0.25 * found.length);
  expect(rows.map((row) => chances.get(row) ?? 0)).toEqual([...chances.values()].sort((a, b) => b - a));
});

test('sure mistakes that all go from one class to another are the network’s, beside wrong labels as without them', () => {
  const cue = Array.from({ length: 60 }, (_, i) => image(`cue-${i}.jpg`, 0, [0.001, 0.996, 0.001, 0.001, 0.001]));
  expect(suspects([...calibrated(600), ...cue])).toEqual([]);
  const { records } = mislabelled(calibrated(800, 7), 0.05);
  const found = suspects([...records, ...cue]);
  expect(found.length).toBeGreaterThan(20);
  expect(found.filter((key) => key.startsWith('cue-'))).toEqual([]);
});

test('a network that is sure and often wrong, with every class, is not blamed on labels while its sureness still tells', () => {
  // Scores as of an overtrained network: three times as sure as it is right.
  const overconfident = calibrated(500, 4).map((record) => {
    const scores = Array.from(
      { length: classes },
      (_, own) => record.top.find(({ class: c }) => c === own)?.score ?? 0.01,
    );
    return image(record.key, record.label, softmax(scores.map((score) => 3 * Math.log(score))));
  });
  expect(suspects(overconfident)).toEqual([]);
});

test('a suspected label says what speaks against it, and with which chance', () => {
  const { records, wrong } = mislabelled(calibrated(800, 7), 0.05);
  const table = tableOf(records);
  const suspected = suspectedLabels(table);
  const [row = -1] = suspected.rows;
  const error = labelErrorOf(table, row, suspected);
  expect(wrong.has(error.key)).toBe(true);
  expect(error).toMatchObject({ label: table.label[row], predicted: table.predicted[row], score: table.score[row] });
  expect(error.reason).toMatch(
    /for its own label, \w+\. By the run's other mistakes .* wrong with a chance of \d+%\.$/,
  );
});

test('what the record does not say of the label is taken at its highest', () => {
  // Seven classes: the label, ant, is not among the five best. It can have at most 0.01, which is left of 1.
  const known = image('odd.jpg', 6, [0.95, 0.01, 0.01, 0.01, 0.01, 0.005, 0.005]);
  const error = labelErrorOf(tableOf([known]), 0, { rows: [0], chances: new Map([[0, 0.7]]), rate: 0.01 });
  expect(error.selfConfidence).toBeNull();
  expect(error.reason).toContain('at most 1.0% for its own label, ant');
  expect(error.reason).toContain('a chance of 70%');
});

test('nothing is suspected of one class, of unlabelled images, and where all is right', () => {
  const sure = Array.from({ length: 20 }, (_, i) => image(`${i}.jpg`, i % 2, i % 2 === 0 ? [0.9, 0.1] : [0.1, 0.9]));
  expect(suspects(sure)).toEqual([]);
  expect(suspects([image('odd.jpg', null, [0.97, 0.03])])).toEqual([]);
  expect(suspects([image('odd.jpg', 1, [0.97, 0.03]), image('even.jpg', 1, [0.2, 0.8])])).toEqual([]);
});
