import fc from 'fast-check';
import { expect, test } from 'vitest';
import { classScores } from '../../../src/report/findings/class-scores.ts';
import { confusionCells } from '../../../src/report/findings/confusion.ts';
import { answered, classNames, quarantined, tableOf } from '../hand-made.ts';

/** `[label, predicted]` of each image. */
function cellsOf(pairs: readonly (readonly [number | null, number])[]) {
  return confusionCells(tableOf(pairs.map(([label, predicted], i) => answered(`${i}.jpg`, label, predicted))));
}

test('pairs are counted, the most frequent first, unlabelled and quarantined images left out', () => {
  const records = [answered('a', 0, 1), answered('b', 0, 1), answered('c', 1, 1), answered('d', null, 1)];
  const table = tableOf([...records, quarantined('e', 'decode-failed', 1), answered('f', 2, 0)]);
  expect(confusionCells(table)).toEqual([
    { label: 0, predicted: 1, count: 2 },
    { label: 1, predicted: 1, count: 1 },
    { label: 2, predicted: 0, count: 1 },
  ]);
});

test('precision, recall and F1 of a class, by hand', () => {
  // Cats: 3, of which 2 found; 4 images are called cat.
  const scores = classScores(
    cellsOf([
      [0, 0],
      [0, 0],
      [0, 1],
      [1, 0],
      [2, 0],
    ]),
    classNames,
  );
  expect(scores).toEqual([
    expect.objectContaining({
      class: 0,
      name: 'cat',
      support: 3,
      predicted: 4,
      truePositives: 2,
      falsePositives: 2,
      falseNegatives: 1,
      precision: 0.5,
      recall: 2 / 3,
      f1: 4 / 7,
    }),
    expect.objectContaining({ class: 1, support: 1, predicted: 1, precision: 0, recall: 0, f1: 0 }),
    expect.objectContaining({ class: 2, support: 1, predicted: 0, precision: null, recall: 0, f1: 0 }),
  ]);
});

test('a class that is only ever predicted has no recall', () => {
  expect(classScores(cellsOf([[0, 6]]), classNames)[1]).toMatchObject({
    class: 6,
    name: 'ant',
    recall: null,
    precision: 0,
  });
});

test('counts add up whatever the answers are', () => {
  const pair = fc.tuple(fc.nat(6), fc.nat(6));
  fc.assert(
    fc.property(fc.array(pair, { maxLength: 60 }), (pairs) => {
      const scores = classScores(cellsOf(pairs), classNames);
      const sum = (of: (score: (typeof scores)[number]) => number) => scores.reduce((total, s) => total + of(s), 0);
      const wrong = pairs.filter(([label, predicted]) => label !== predicted).length;
      expect(sum(({ support }) => support)).toBe(pairs.length);
      expect(sum(({ predicted }) => predicted)).toBe(pairs.length);
      expect(sum(({ falsePositives }) => falsePositives)).toBe(wrong);
      expect(sum(({ falseNegatives }) => falseNegatives)).toBe(wrong);
      expect(sum(({ truePositives }) => truePositives)).toBe(pairs.length - wrong);
    }),
  );
});
