import { describe, expect, test } from 'vitest';
import type { Explanation } from '../../../src/explain/explanation.ts';
import { judgeImage } from '../../../src/worker/pipeline/image-record.ts';
import { OpenShard } from '../../../src/worker/pipeline/open-shard.ts';

const names = ['ant', 'bee', 'cat', 'dog', 'emu', 'fox', 'gnu'];
const className = (index: number) => names[index] ?? null;

/** The second image of a batch of two; the first one has other numbers everywhere. */
function judge(logits: number[], scores: number[], label: number | null = null, changes: Partial<Explanation> = {}) {
  const classCount = logits.length;
  const explanation: Explanation = {
    count: 2,
    classCount,
    logits: Float32Array.of(...logits.map(() => 100), ...logits),
    scores: Float32Array.of(...scores.map(() => 0.9), ...scores),
    maps: [],
    captured: [],
    statistics: [],
    ...changes,
  };
  const shard = new OpenShard({ number: 0, images: [{ key: 'a.jpg', label }] }, async () => {});
  const [job] = shard.jobs(className);
  if (job === undefined) throw new Error('no job');
  const seen = { left: 85.9375, top: 23.4375, width: 328.1250123, height: 328.125 };
  return judgeImage(job, explanation, 1, { width: 500, height: 375, seen }, className);
}

describe('judgeImage', () => {
  test('names the five best classes, best first, and the margin to the second', () => {
    const verdict = judge([1, 6, 3, 7, 2, 5, 4], [0.01, 0.2, 0.03, 0.6, 0.02, 0.1, 0.04]);
    expect(verdict).toEqual({
      key: 'a.jpg',
      status: 'done',
      label: null,
      labelName: null,
      predicted: 3,
      predictedName: 'dog',
      score: 0.6,
      margin: 0.4,
      top: [
        { class: 3, name: 'dog', score: 0.6 },
        { class: 1, name: 'bee', score: 0.2 },
        { class: 5, name: 'fox', score: 0.1 },
        { class: 6, name: 'gnu', score: 0.04 },
        { class: 2, name: 'cat', score: 0.03 },
      ],
      image: { width: 500, height: 375, seen: { left: 85.9375, top: 23.4375, width: 328.125, height: 328.125 } },
    });
  });

  test.each([
    [1, true, 'bee'],
    [0, false, 'ant'],
  ])('with label %i says whether it is correct', (label, correct, labelName) => {
    expect(judge([1, 2], [0.3, 0.7], label)).toMatchObject({ label, labelName, predicted: 1, correct });
  });

  test('ranks by the logits where scores are saturated, and takes the lower class of equals', () => {
    expect(judge([30, 40, 40], [1, 1, 1]).top.map((entry) => entry.class)).toEqual([1, 2, 0]);
  });

  test('gives two classes for a binary head and no more than there are', () => {
    expect(judge([-1, 1], [0.25, 0.75])).toMatchObject({
      predicted: 1,
      margin: 0.5,
      top: [{ class: 1 }, { class: 0 }],
    });
  });

  test('records the statistics of its own activations', () => {
    const statistics = [
      {
        layer: 'layer4',
        mean: Float32Array.of(9, 0.5),
        standardDeviation: Float32Array.of(9, 1.5),
        nearZero: Float32Array.of(9, 0.25),
      },
    ];
    expect(judge([1, 2], [0.3, 0.7], null, { statistics }).activations).toEqual([
      { layer: 'layer4', mean: 0.5, standardDeviation: 1.5, nearZero: 0.25 },
    ]);
  });

  test.each([
    ['a logit', [1, Number.NaN], [0.5, 0.5]],
    ['a score', [1, 2], [Number.NaN, 0.5]],
    ['an infinite score', [1, 2], [0.5, Number.POSITIVE_INFINITY]],
  ])('refuses %s that is not a number', (_, logits, scores) => {
    expect(() => judge(logits, scores)).toThrow(expect.objectContaining({ code: 'not-finite' }));
  });
});
