import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Explanation } from '../../../src/explain/explanation.ts';
import { FreeSlots, ImageSlots, type SlotShape } from '../../../src/worker/pipeline/image-slots.ts';

const side = fc.integer({ min: 1, max: 5 });
const mapShape = fc.record(
  {
    layer: fc.constantFrom('layer1', 'layer4', 'input', 'fused'),
    method: fc.constantFrom('grad-cam', 'eigen-cam'),
    target: fc.constantFrom('predicted', 'label', 'top:3#2'),
    height: side,
    width: side,
    channels: fc.integer({ min: 0, max: 4 }),
    workingLayer: fc.constant('layer3'),
  },
  { requiredKeys: ['layer', 'method', 'target', 'height', 'width', 'channels'] },
);
const slotShape: fc.Arbitrary<SlotShape> = fc.record({
  height: side,
  width: side,
  channels: fc.integer({ min: 1, max: 5 }),
  classCount: fc.integer({ min: 1, max: 7 }),
  maps: fc.array(mapShape, { maxLength: 3 }),
  statistics: fc.array(fc.constantFrom('layer1', 'layer4'), { maxLength: 2 }),
});

/** What a model could say of `count` images: every number is another one, and some are none. */
function explanationOf({ classCount, maps, statistics }: SlotShape, count: number, seed: number): Explanation {
  let next = seed;
  const numbers = (length: number) =>
    Float32Array.from({ length: count * length }, () => {
      next += 1;
      return next % 17 === 0 ? Number.NaN : next % 19 === 0 ? Number.POSITIVE_INFINITY : Math.sin(next) * next;
    });
  return {
    count,
    classCount,
    logits: numbers(classCount),
    scores: numbers(classCount),
    maps: maps.map((shape, map) => ({
      ...shape,
      classes: Int32Array.from({ length: count }, (_, image) => (image === map ? -1 : seed + image)),
      gradientPeak: numbers(1),
      values: numbers(shape.height * shape.width),
      evidence: numbers(shape.channels),
    })),
    captured: [],
    statistics: statistics.map((layer) => ({
      layer,
      mean: numbers(1),
      standardDeviation: numbers(1),
      nearZero: numbers(1),
    })),
  };
}

/** The same of one of the images alone. */
function imageOf(explanation: Explanation, index: number): Explanation {
  const own = <Values extends Float32Array | Int32Array>(values: Values) => {
    const length = values.length / explanation.count;
    return values.slice(index * length, (index + 1) * length);
  };
  return {
    ...explanation,
    count: 1,
    logits: Float32Array.from(own(explanation.logits)),
    scores: Float32Array.from(own(explanation.scores)),
    maps: explanation.maps.map((map) => ({
      ...map,
      classes: Int32Array.from(own(map.classes)),
      gradientPeak: Float32Array.from(own(map.gradientPeak)),
      values: Float32Array.from(own(map.values)),
      evidence: Float32Array.from(own(map.evidence)),
    })),
    statistics: explanation.statistics.map(({ layer, mean, standardDeviation, nearZero }) => ({
      layer,
      mean: Float32Array.from(own(mean)),
      standardDeviation: Float32Array.from(own(standardDeviation)),
      nearZero: Float32Array.from(own(nearZero)),
    })),
  };
}

describe('slots', () => {
  test('give another thread the pixels and the results that were written, each image’s its own', () => {
    const count = fc.integer({ min: 1, max: 6 });
    fc.assert(
      fc.property(slotShape, count, fc.integer({ min: 0, max: 2 ** 23 }), (shape, count, seed) => {
        const written = new ImageSlots(shape, count);
        const read = new ImageSlots(shape, count, written.buffer);
        const explanation = explanationOf(shape, count, seed);
        const slots = Array.from({ length: count }, (_, slot) => slot);
        const picture = (slot: number) =>
          Uint8Array.from({ length: shape.height * shape.width * 3 }, (_, i) => (seed + slot * 50 + i) % 256);
        for (const slot of slots) written.pixels(slot).set(picture(slot));
        // The places of a batch are not those of the slots.
        for (const slot of slots) written.writeResult(slot, explanation, count - 1 - slot);
        for (const slot of slots) {
          expect(read.pixels(slot)).toEqual(picture(slot));
          expect(read.readResult(slot)).toEqual(imageOf(explanation, count - 1 - slot));
        }
      }),
      { numRuns: 200 },
    );
  });

  test('do not touch each other when one is written again', () => {
    fc.assert(
      fc.property(slotShape, fc.nat(2), (shape, again) => {
        const slots = new ImageSlots(shape, 3);
        const first = explanationOf(shape, 3, 1);
        const second = explanationOf(shape, 1, 1000);
        for (const slot of [0, 1, 2]) {
          slots.pixels(slot).fill(slot + 1);
          slots.writeResult(slot, first, slot);
        }
        slots.pixels(again).fill(255);
        slots.writeResult(again, second, 0);
        for (const slot of [0, 1, 2]) {
          const expected = slot === again ? imageOf(second, 0) : imageOf(first, slot);
          expect(slots.readResult(slot)).toEqual(expected);
          expect(slots.pixels(slot).every((sample) => sample === (slot === again ? 255 : slot + 1))).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('refuse what is shorter than they are', () => {
    const shape: SlotShape = { height: 1, width: 1, channels: 3, classCount: 2, maps: [], statistics: ['layer1'] };
    const slots = new ImageSlots(shape, 1);
    const explanation = { ...explanationOf(shape, 1, 0), statistics: [] };
    expect(() => slots.writeResult(0, explanation, 0)).toThrow('A slot holds 7 results; the explanation has 4.');
  });
});

describe('free slots', () => {
  test('are those of the thread with the least to do', async () => {
    const free = new FreeSlots(6, 3);
    const threadOf = async () => (await free.take()) % 3;
    expect([await threadOf(), await threadOf(), await threadOf()].sort()).toEqual([0, 1, 2]);
    expect(new Set([await threadOf(), await threadOf()]).size).toBe(2);
    const last = await free.take();
    free.giveBack(1);
    free.giveBack(4);
    free.giveBack(last);
    expect(await threadOf()).toBe(1);
  });

  test('are waited for, first come first served', async () => {
    const free = new FreeSlots(2, 2);
    await Promise.all([free.take(), free.take()]);
    const given: string[] = [];
    const waiting = ['first', 'second'].map(async (name) => given.push(`${name} got ${await free.take()}`));
    await turn();
    expect(given).toEqual([]);
    free.giveBack(1);
    await turn();
    expect(given).toEqual(['first got 1']);
    free.giveBack(0);
    await Promise.all(waiting);
    expect(given).toEqual(['first got 1', 'second got 0']);
  });

  test('are given to one taker each, whatever the order of taking and giving back', async () => {
    const step = fc.oneof(fc.constant('take' as const), fc.nat(20));
    const size = fc.integer({ min: 1, max: 7 });
    await fc.assert(
      fc.asyncProperty(size, size, fc.array(step, { maxLength: 60 }), async (count, threads, steps) => {
        const free = new FreeSlots(count, threads);
        const taken: number[] = [];
        let asked = 0;
        let returned = 0;
        for (const what of steps) {
          if (what === 'take') {
            asked += 1;
            void free.take().then((slot) => taken.push(slot));
          } else if (taken.length > 0) {
            returned += 1;
            for (const slot of taken.splice(what % taken.length, 1)) free.giveBack(slot);
          }
          await Promise.resolve();
          await Promise.resolve();
          expect(new Set(taken).size).toBe(taken.length);
          expect(taken.every((slot) => slot >= 0 && slot < count)).toBe(true);
          expect(taken.length).toBe(Math.min(asked - returned, count));
        }
      }),
      { numRuns: 200 },
    );
  });
});
