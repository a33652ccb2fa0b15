import { expect, test } from 'vitest';
import { labelConfidence } from '../../../src/report/findings/label-confidence.ts';
import { labelErrorOf, suspectedLabels } from '../../../src/report/findings/label-errors.ts';
import type { DoneRecord } from '../../../src/shared/run/record.ts';
import { image, tableOf } from '../hand-made.ts';

/** Twenty cats and twenty dogs, all of them right with a score of 0.9 on average. */
function ordinary(): DoneRecord[] {
  return [0, 1].flatMap((label) =>
    Array.from({ length: 20 }, (_, i) => {
      const score = i % 2 === 0 ? 0.88 : 0.92;
      const scores = [label === 0 ? score : 1 - score, label === 1 ? score : 1 - score];
      return image(`${label}-${i}.jpg`, label, scores);
    }),
  );
}

/** Keys of the suspected images. */
function suspects(records: readonly DoneRecord[]): string[] {
  const table = tableOf(records);
  return suspectedLabels(table).rows.map((row) => table.keys[row] ?? '');
}

test('the threshold of a class is the mean score of the class over its images', () => {
  const { threshold, overall } = labelConfidence(tableOf(ordinary()));
  expect(threshold[0]).toBeCloseTo(0.9, 12);
  expect(threshold[1]).toBeCloseTo(0.9, 12);
  expect(overall).toBeCloseTo(0.9, 12);
});

test('a class with few images is measured by all images', () => {
  const { threshold } = labelConfidence(tableOf([...ordinary(), image('owl.jpg', 3, [0, 0.5, 0, 0.5])]));
  expect(threshold[3]).toBeCloseTo((40 * 0.9 + 0.5) / 41, 12);
  expect(threshold[2]).toBeNaN();
});

test('a cat with the label dog is suspected, and says why', () => {
  const table = tableOf([...ordinary(), image('odd.jpg', 1, [0.97, 0.03])]);
  const { rows, leftOut } = suspectedLabels(table);
  expect(rows).toEqual([40]);
  expect(leftOut).toEqual([]);
  expect(labelErrorOf(table, 40, labelConfidence(table))).toEqual({
    key: 'odd.jpg',
    label: 1,
    predicted: 0,
    score: 0.97,
    selfConfidence: 0.03,
    reason:
      'Scores 97.0% for cat, no less than images with that label do on average (90.0%), and 3.0% for its own label, dog.',
  });
});

test('a mistake with a lower score than its class usually gets is only a mistake', () => {
  expect(suspects([...ordinary(), image('odd.jpg', 1, [0.89, 0.05, 0.06])])).toEqual([]);
});

test('a mistake that leaves the label a good part is only a mistake', () => {
  // Half the dogs are hard: their threshold is low, and still the label is not far off.
  const hard = Array.from({ length: 20 }, (_, i) => image(`hard-${i}.jpg`, 0, [0.55, 0.45]));
  expect(suspects([...ordinary(), ...hard, image('odd.jpg', 1, [0.8, 0.2])])).toEqual([]);
  expect(suspects([...ordinary(), ...hard, image('odd.jpg', 1, [0.95, 0.05])])).toEqual(['odd.jpg']);
});

test('the strongest disagreement comes first', () => {
  const odd = [image('less.jpg', 1, [0.93, 0.07]), image('more.jpg', 1, [0.99, 0.01])];
  expect(suspects([...ordinary(), ...odd])).toEqual(['more.jpg', 'less.jpg']);
});

test('what the record does not say of the label is taken at its highest', () => {
  // Seven classes: the label, ant, is not among the five best. It can have at most 0.01, which is left of 1.
  const known = image('odd.jpg', 6, [0.95, 0.01, 0.01, 0.01, 0.01, 0.005, 0.005]);
  const table = tableOf([...ordinary(), known]);
  const [row] = suspectedLabels(table).rows;
  expect(row).toBe(40);
  const error = labelErrorOf(table, 40, labelConfidence(table));
  expect(error.selfConfidence).toBeNull();
  expect(error.reason).toContain('at most 1.0% for its own label, ant');
});

test('when much of a class goes to another one with high scores, it is the network that is wrong', () => {
  const swapped = Array.from({ length: 6 }, (_, i) => image(`swapped-${i}.jpg`, 1, [0.97, 0.03]));
  const { rows, leftOut } = suspectedLabels(tableOf([...ordinary(), ...swapped]));
  expect(rows).toEqual([]);
  expect(leftOut).toEqual([{ label: 1, predicted: 0, count: 6 }]);
});

test('nothing is suspected where all is right, and unlabelled images never are', () => {
  expect(suspects(ordinary())).toEqual([]);
  expect(suspects([...ordinary(), image('odd.jpg', null, [0.97, 0.03])])).toEqual([]);
});
