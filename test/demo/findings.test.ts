import { describe, expect, test } from 'vitest';
import { findInRecords, peaksAt } from '../../demo/findings.ts';
import type { DoneRecord, MapRecord } from '../../src/shared/run/record.ts';

// In the model's picture: x from 100 to 150.05, y from 139.56 to 150.29.
const stamp = { x: (100 + 12) * (256 / 183), y: 212, width: 70, height: 15 };

function mapPeakingAt(x: number, y: number): MapRecord {
  return {
    layer: 'layer4',
    method: 'grad-cam',
    target: 'predicted',
    class: 1,
    className: 'lighthouse',
    shape: [10, 10],
    overlay: null,
    map: null,
    min: 0,
    max: 1,
    mean: 0.1,
    peak: { x, y },
    centre: { x, y },
    areaAboveHalf: 0.1,
    borderShare: 0,
    degenerate: false,
    degenerateReason: null,
  };
}

function record(key: string, labelName: string, predictedName: string, score: number, map: MapRecord): DoneRecord {
  return {
    key,
    status: 'done',
    label: 0,
    labelName,
    predicted: 1,
    predictedName,
    score,
    margin: 0.5,
    correct: labelName === predictedName,
    top: [],
    maps: [map],
    image: { width: 256, height: 256 },
  };
}

describe('a peak is at the date', () => {
  test.each([
    ['in the middle of the date', 125, 145, true],
    ['at the centre of a cell that reaches into the date', 93, 145, true],
    ['at the centre of a cell that does not', 91, 145, false],
    ['above the date', 125, 130, false],
    ['at the subject', 72, 72, false],
  ])('%s', (_, x, y, expected) => {
    expect(peaksAt(mapPeakingAt(x, y), stamp)).toBe(expected);
  });

  test('but not in a degenerate map, whose peak means nothing', () => {
    expect(peaksAt({ ...mapPeakingAt(125, 145), degenerate: true }, stamp)).toBe(false);
  });
});

test('findings count pictures with and without a date, and what the false positives look at', () => {
  const records = [
    record('a.jpg', 'balloon', 'lighthouse', 0.7, mapPeakingAt(125, 145)),
    record('b.jpg', 'sailboat', 'lighthouse', 0.9, mapPeakingAt(40, 40)),
    record('c.jpg', 'windmill', 'lighthouse', 0.8, mapPeakingAt(125, 145)),
    record('d.jpg', 'windmill', 'windmill', 0.8, mapPeakingAt(40, 40)),
    record('e.jpg', 'lighthouse', 'lighthouse', 0.8, mapPeakingAt(125, 145)),
  ];
  const truth = [
    { key: 'a.jpg', subject: 'balloon', stamp },
    { key: 'b.jpg', subject: 'sailboat', stamp },
    { key: 'c.jpg', subject: 'windmill', stamp: null },
    { key: 'd.jpg', subject: 'windmill', stamp: null },
    { key: 'e.jpg', subject: 'lighthouse', stamp },
  ] as const;
  const findings = findInRecords(records, truth);
  expect(findings.stamped).toEqual({ count: 3, correct: 1, others: 2, falsePositives: 2 });
  expect(findings.plain).toEqual({ count: 2, correct: 1, others: 2, falsePositives: 1 });
  expect(findings.falsePositives.map(({ key }) => key)).toEqual(['b.jpg', 'c.jpg', 'a.jpg']);
  expect(findings.withDate.map(({ key }) => key)).toEqual(['b.jpg', 'a.jpg']);
  expect(findings.peaksAtDate).toEqual([{ layer: 'layer4', count: 1 }]);
});
