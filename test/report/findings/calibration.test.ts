import fc from 'fast-check';
import { expect, test } from 'vitest';
import { calibrationOf } from '../../../src/report/findings/calibration.ts';

/** A table of answers with these scores. */
function answers(images: readonly { score: number; correct: boolean; labelled?: boolean }[]) {
  return {
    rows: images.length,
    label: Int32Array.from(images, ({ labelled = true }) => (labelled ? 1 : -1)),
    predicted: Int32Array.from(images, ({ correct }) => (correct ? 1 : 0)),
    score: Float64Array.from(images, ({ score }) => score),
  };
}

test('expected and maximum error, by hand', () => {
  // In (0.4, 0.5]: mean score 0.45, half correct; in (0.9, 1]: mean score 0.95, a quarter correct.
  const images = [
    ...[0.42, 0.48].map((score, i) => ({ score, correct: i === 0 })),
    ...[0.92, 0.94, 0.96, 0.98].map((score, i) => ({ score, correct: i === 0 })),
  ];
  const calibration = calibrationOf(answers(images), 10);
  expect(calibration?.expectedError).toBeCloseTo((2 / 6) * 0.05 + (4 / 6) * 0.7, 12);
  expect(calibration?.maximumError).toBeCloseTo(0.7, 12);
  expect(calibration?.bins).toHaveLength(10);
  expect(calibration?.bins[4]).toMatchObject({ from: 0.4, to: 0.5, count: 2, accuracy: 0.5 });
  expect(calibration?.bins[4]?.confidence).toBeCloseTo(0.45, 12);
  expect(calibration?.bins[0]).toEqual({ from: 0, to: 0.1, count: 0, confidence: 0, accuracy: 0 });
});

test('a score on a border belongs to the bin below it; 0 to the first', () => {
  const images = [0, 0.5, 1].map((score) => ({ score, correct: true }));
  expect(calibrationOf(answers(images), 2)?.bins.map(({ count }) => count)).toEqual([2, 1]);
});

test('answers as sure as they are right have no error', () => {
  const images = Array.from({ length: 10 }, (_, i) => ({ score: 0.7, correct: i < 7 }));
  expect(calibrationOf(answers(images))?.expectedError).toBeCloseTo(0, 12);
});

test('without labels, or with scores that are no probabilities, there is none', () => {
  expect(calibrationOf(answers([{ score: 0.5, correct: true, labelled: false }]))).toBeNull();
  expect(calibrationOf(answers([{ score: 3.2, correct: true }]))).toBeNull();
  expect(calibrationOf(answers([{ score: -0.1, correct: true }]))).toBeNull();
});

test('every labelled image is in one bin, whose mean score lies within it, and no error is over the maximum', () => {
  const image = fc.record({ score: fc.double({ min: 0, max: 1, noNaN: true }), correct: fc.boolean() });
  fc.assert(
    fc.property(fc.array(image, { minLength: 1, maxLength: 50 }), (images) => {
      const calibration = calibrationOf(answers(images));
      const bins = calibration?.bins ?? [];
      expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(images.length);
      for (const { from, to, count, confidence } of bins) {
        if (count === 0) continue;
        expect(confidence).toBeGreaterThanOrEqual(from - 1e-9);
        expect(confidence).toBeLessThanOrEqual(to + 1e-9);
      }
      expect(calibration?.expectedError).toBeLessThanOrEqual((calibration?.maximumError ?? 0) + 1e-12);
    }),
  );
});
