import { describe, expect, test } from 'vitest';
import type { ModelInput } from '../../../src/explain/explanation.ts';
import { steps } from '../../../src/explain/faithfulness/deletion.ts';
import { type AskScores, judgeMap, probePicture } from '../../../src/explain/faithfulness/map-faithfulness.ts';
import { uniformNumbers } from '../../../src/explain/random-numbers.ts';

const [height, width] = [16, 16];
const area = height * width;
const input: ModelInput = { name: 'x', layout: 'NCHW', channels: 1, height, width };

function numbers(seed: number): Float32Array {
  const random = uniformNumbers(seed);
  return Float32Array.from({ length: area }, () => random());
}

/** A score for each of two classes: the weighted sum of the pixels, and what it lacks to 1. */
function linear(weights: Float32Array): AskScores {
  return async (pictures) =>
    Array.from(pictures, (picture) => {
      const score = picture.reduce((sum, value, i) => sum + value * (weights[i] ?? 0), 0);
      return Float32Array.of(score, 1 - score);
    });
}

async function judged(picture: Float32Array, map: Float32Array, ask: AskScores, explained = 0, of = input) {
  return judgeMap(await probePicture(picture, of, ask), map, explained);
}

describe('over a score that is a weighted sum of pixels', () => {
  const picture = numbers(1).map((value) => value + 0.5);
  const weights = numbers(2).map((value) => value / area);
  // What each pixel adds to the score: the map that puts the pixels into the right order.
  const parts = picture.map((value, i) => value * (weights[i] ?? 0));

  test('deletion is the area that the sorted parts leave', async () => {
    const sorted = [...parts].sort((a, b) => b - a);
    const left = Array.from({ length: steps + 1 }, (_, step) =>
      sorted.slice((step * area) / steps).reduce((sum, part) => sum + part, 0),
    );
    const expected = left.slice(1).reduce((sum, value, i) => sum + (value + (left[i] ?? 0)) / 2 / steps, 0);
    expect((await judged(picture, parts, linear(weights))).deletion).toBeCloseTo(expected, 5);
  });

  test('no other map has a lower deletion, and none a higher insertion from an empty blur', async () => {
    const best = await judged(picture, parts, linear(weights));
    const worst = await judged(
      picture,
      parts.map((part) => 1 - part),
      linear(weights),
    );
    expect(worst.deletion).toBeGreaterThan(best.deletion * 1.5);
    expect(worst.insertion).toBeLessThan(best.insertion);
    for (const seed of [3, 4, 5]) {
      const other = await judged(picture, numbers(seed), linear(weights));
      expect(other.deletion).toBeGreaterThan(best.deletion);
      expect(other.insertion).toBeLessThan(best.insertion);
    }
  });

  test('deletion and insertion of opposite maps mirror each other', async () => {
    // A flat picture is its own blur, so insertion starts from what deletion would never leave.
    const flat = new Float32Array(area).fill(1);
    const one = await judged(flat, weights, linear(weights));
    const score = weights.reduce((a, b) => a + b, 0);
    expect(one.insertion).toBeCloseTo(score, 5);
    const other = await judged(
      flat,
      weights.map((weight) => 1 - weight),
      linear(weights),
    );
    expect(one.deletion + other.deletion).toBeCloseTo(score, 5);
  });

  test('drop is the share of the score that the scaled map leaves out', async () => {
    const map = numbers(6).map((value) => value - 0.5);
    const top = Math.max(...map);
    const whole = parts.reduce((a, b) => a + b, 0);
    const masked = parts.reduce((sum, part, i) => sum + (part * Math.max(map[i] ?? 0, 0)) / top, 0);
    const { drop, increase } = await judged(picture, map, linear(weights));
    expect(drop).toBeCloseTo((whole - masked) / whole, 5);
    expect(increase).toBe(false);
  });

  test('the other class rises when the evidence goes: no drop, and an increase', async () => {
    const { drop, increase } = await judged(picture, numbers(7), linear(weights), 1);
    expect(drop).toBe(0);
    expect(increase).toBe(true);
  });

  test('ROAD keeps the score longer when the least important pixels go first', async () => {
    // Bright blocks hold the evidence: neighbours do not give it away.
    const bright = Float32Array.from({ length: area }, (_, i) => (i % width < 5 && i < 5 * width ? 1 : 0));
    const found = await judged(bright, bright, linear(bright.map((value) => value / 25)));
    expect(found.road.leastImportantFirst).toBeGreaterThan(0.9);
    expect(found.road.mostImportantFirst).toBeLessThan(0.3);
    expect(found.road.difference).toBeCloseTo(found.road.leastImportantFirst - found.road.mostImportantFirst, 12);
    const reverse = await judged(
      bright,
      bright.map((value) => 1 - value),
      linear(bright.map((value) => value / 25)),
    );
    expect(reverse.road.difference).toBeLessThan(0);
  });
});

test('over a constant score nothing is better than anything', async () => {
  const constant: AskScores = async (pictures) => Array.from(pictures, () => Float32Array.of(0.25));
  for (const seed of [1, 2]) {
    const found = await judged(numbers(3), numbers(seed), constant);
    expect(found).toEqual({
      deletion: 0.25,
      insertion: 0.25,
      drop: 0,
      increase: false,
      road: { mostImportantFirst: 0.25, leastImportantFirst: 0.25, difference: 0 },
    });
  }
});

test('reads pixels where a model with channels last has them', async () => {
  const random = uniformNumbers(9);
  const first = Float32Array.from({ length: 3 * area }, () => random());
  const weights = Float32Array.from({ length: 3 * area }, () => random() / area);
  const turned = (values: Float32Array) =>
    values.map((_, i) => values[(i % 3) * area + Math.floor(i / 3)] ?? Number.NaN);
  const map = numbers(10);
  const channels = { ...input, channels: 3 };
  const one = await judged(first, map, linear(weights), 0, channels);
  const other = await judged(turned(first), map, linear(turned(weights)), 0, { ...channels, layout: 'NHWC' });
  for (const name of ['deletion', 'insertion', 'drop'] as const) expect(other[name]).toBeCloseTo(one[name], 5);
  expect(other.road.difference).toBeCloseTo(one.road.difference, 5);
});
