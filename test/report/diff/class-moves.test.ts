import { expect, test } from 'vitest';
import { classMoves } from '../../../src/report/diff/class-moves.ts';
import { matchByKey } from '../../../src/report/diff/match-runs.ts';
import { answered, quarantined, tableOf } from '../hand-made.ts';

/** `[label before, predicted before, label after, predicted after]` of each image. */
function movesOf(images: readonly (readonly [number, number, number, number])[]) {
  const before = tableOf(images.map(([label, predicted], i) => answered(`${i}.jpg`, label, predicted)));
  const after = tableOf(images.map(([, , label, predicted], i) => answered(`${i}.jpg`, label, predicted)));
  const moves = classMoves(before, after, matchByKey(before, after));
  return new Map(moves.map((move) => [move.name, move]));
}

test('a fixed image is a gain of its class and one false alarm less of the other, and nothing else', () => {
  const moves = movesOf([
    [1, 0, 1, 1],
    [0, 0, 0, 0],
  ]);
  expect(moves.get('dog')).toMatchObject({
    recall: { before: 0, after: 1, worse: 0, better: 1 },
    precision: { before: null, after: 1, worse: 0, better: 0 },
  });
  expect(moves.get('cat')).toMatchObject({
    recall: { before: 1, after: 1, worse: 0, better: 0 },
    precision: { before: 0.5, after: 1, worse: 0, better: 1 },
  });
});

test('a mistake that became another mistake moves false alarms from one class to the other', () => {
  const moves = movesOf([[3, 0, 3, 1]]);
  expect(moves.get('cat')?.precision).toMatchObject({ worse: 0, better: 1 });
  expect(moves.get('dog')?.precision).toMatchObject({ worse: 1, better: 0 });
  expect(moves.has('owl')).toBe(false);
});

test('images with another label than before are not counted', () => {
  const moves = movesOf([
    [0, 0, 1, 1],
    [0, 0, 0, 1],
  ]);
  expect(moves.get('cat')).toMatchObject({ images: 1, recall: { before: 1, after: 0, worse: 1 } });
  expect(moves.get('dog')).toMatchObject({ images: 0, recall: { before: null, after: null }, precision: { worse: 1 } });
});

test('images that one run could not read are not counted', () => {
  const before = tableOf([answered('a.jpg', 0, 1), answered('b.jpg', 0, 0)]);
  const after = tableOf([quarantined('a.jpg', 'decode-failed', 0), answered('b.jpg', 0, 0)]);
  expect(classMoves(before, after, matchByKey(before, after))).toEqual([]);
});
