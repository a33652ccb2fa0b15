import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { pairFindings } from '../../../src/report/pairs/pair-scores.ts';
import { type PairTable, truthOf } from '../../../src/report/pairs/pair-table.ts';

/** Numerical Recipes' linear congruential generator; its upper 16 bits. As in test/oracle/pair_scores.py. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 16;
  };
}

function problem(index: number): PairTable {
  const draw = numbers(index + 1);
  const rows = 2 + (draw() % 60);
  const levels = [2, 5, 20, 1_000_000][draw() % 4] ?? 1;
  const share = 5 + (draw() % 90);
  const wide = () => ((draw() * 65_536 + draw()) % levels) / levels;
  const scores = Float32Array.from({ length: rows }, wide);
  const truth = Int8Array.from({ length: rows }, () => Number(draw() % 100 < share));
  truth.set([1, 0]);
  return table(truth, scores, 1, [wide()]);
}

function table(truth: Int8Array, scores: Float32Array, classes: number, thresholds: number[]): PairTable {
  const rows = truth.length / classes;
  const labelled = new Uint8Array(rows).fill(1);
  return { rows, classes, truth, scores, labelled, thresholds: Float64Array.from(thresholds) };
}

test('2,000 random problems have the numbers of scikit-learn', async () => {
  const file = new URL('../../goldens/pair-scores.json', import.meta.url);
  const { cases }: { cases: number[][] } = JSON.parse(await readFile(file, 'utf8'));
  expect(cases).toHaveLength(2000);
  let apart = 0;
  for (const [index, golden] of cases.entries()) {
    const [found] = pairFindings(problem(index), []).classes;
    const own = [found?.averagePrecision, found?.auroc, found?.f1, found?.bestF1?.f1];
    for (const [i, value] of own.entries()) apart = Math.max(apart, Math.abs((value ?? Number.NaN) - (golden[i] ?? 0)));
  }
  expect(apart).toBeLessThan(1e-9);
});

/** Four images, three classes: right as a whole, a false positive and a miss, one pair unknown, one missed below the floor. */
const nan = Number.NaN;
const small = table(
  Int8Array.from([1, 0, 0, 0, 1, 0, 1, -1, 0, 0, 0, 1]),
  Float32Array.from([0.9, 0.1, 0.2, 0.8, 0.3, 0.1, 0.7, 0.9, 0.4, 0.2, nan, nan]),
  3,
  [0.5, 0.5, 0.5],
);

test('pairs whose truth is not known count nowhere', () => {
  const { pairs, exact, classes, micro, macro } = pairFindings(small, ['ant', null, 'cat']);
  expect(pairs).toEqual({ truePositives: 2, falsePositives: 1, falseNegatives: 2, trueNegatives: 6, unknown: 1 });
  expect(exact).toEqual({ images: 4, right: 2, share: 0.5 });
  const [ant, bee, cat] = classes;
  expect(ant).toMatchObject({ name: 'ant', positives: 2, negatives: 2, unknown: 0, precision: 2 / 3, recall: 1 });
  expect(bee).toMatchObject({ name: null, positives: 1, negatives: 2, unknown: 1, precision: null, recall: 0, f1: 0 });
  expect(cat).toMatchObject({ falseNegatives: 1, averagePrecision: 1 / 4, auroc: 0 });
  expect(micro).toMatchObject({ precision: 2 / 3, recall: 0.5, f1: 4 / 7 });
  expect(macro.recall).toBeCloseTo(1 / 3, 12);
  expect(truthOf(small, 2, 1)).toBe(-1);
});

test('a curve names what is decided from each threshold on', () => {
  const [ant] = pairFindings(small, []).classes;
  expect(ant?.curve.map(({ recall }) => recall)).toEqual([0.5, 0.5, 1, 1]);
  expect(ant?.curve.at(-1)?.precision).toBe(0.5);
  expect(ant?.bestF1).toMatchObject({ f1: 0.8 });
});
