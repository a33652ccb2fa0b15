import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeMap } from '../../../../src/worker/pipeline/render/statistics.ts';

const normal = { class: 3, gradientPeak: 0.5 };
const seen = { width: 224, height: 224 };

describe('a normal map', () => {
  const values = Float32Array.from([-1, 0, 2, 0, 4, 0, 0, 0, 2.5]);
  const description = describeMap(values, 3, 3, { width: 30, height: 60 }, normal);

  test('has the extent and the mean of its raw cells', () => {
    expect(description).toMatchObject({ min: -1, max: 4, degenerate: false, degenerateReason: null });
    expect(description.mean).toBeCloseTo(7.5 / 9, 12);
  });

  test('has its peak at the centre of the largest cell, in pixels of what the model saw', () => {
    expect(description.peak).toEqual({ x: 15, y: 30 });
  });

  test('has its centre of mass over the positive cells alone', () => {
    // Weights 2, 4 and 2.5 at columns 2, 1, 2 and rows 0, 1, 2.
    expect(description.centre?.x).toBeCloseTo(((4 + 4 + 5) / 8.5 + 0.5) * 10, 12);
    expect(description.centre?.y).toBeCloseTo(((0 + 4 + 5) / 8.5 + 0.5) * 20, 12);
  });

  test('counts the cells above half the maximum, not at it', () => {
    expect(description.areaAboveHalf).toBeCloseTo(2 / 9, 12);
  });

  test('has its share on the outermost ring', () => {
    expect(description.borderShare).toBeCloseTo(4.5 / 8.5, 12);
  });

  test('tells rows from columns where they differ', () => {
    const wide = describeMap(Float32Array.from([0, 0, 0, 0, 0, 0, 1, 0]), 2, 4, { width: 80, height: 20 }, normal);
    expect(wide.peak).toEqual({ x: 50, y: 15 });
    expect(wide.centre).toEqual({ x: 50, y: 15 });
  });
});

describe('a degenerate map says why', () => {
  const zeros = new Float32Array(4);
  const positive = Float32Array.from([0, 1, 2, 3]);
  test.each([
    ['no-label', zeros, { class: -1, gradientPeak: 0 }],
    ['no-gradient', zeros, { class: 2, gradientPeak: 0 }],
    ['no-positive-evidence', Float32Array.from([-1, -2, 0, -3]), normal],
    ['no-positive-evidence', zeros, { class: 2, gradientPeak: Number.NaN }],
    ['not-finite', Float32Array.from([1, Number.NaN, 2, 0]), normal],
    ['not-finite', Float32Array.from([1, Number.POSITIVE_INFINITY, 2, 0]), { class: 2, gradientPeak: 0 }],
  ])('%s', (reason, values, origin) => {
    expect(describeMap(values, 2, 2, seen, origin)).toMatchObject({
      degenerate: true,
      degenerateReason: reason,
      centre: null,
      areaAboveHalf: 0,
      borderShare: 0,
    });
  });

  test('and a method without gradients is not blamed for them', () => {
    expect(describeMap(positive, 2, 2, seen, { class: 2, gradientPeak: Number.NaN }).degenerateReason).toBeNull();
  });

  test('cells that are not finite are left out of the numbers', () => {
    const values = Float32Array.from([Number.NaN, 5, Number.NEGATIVE_INFINITY, 1]);
    const description = describeMap(values, 2, 2, seen, normal);
    expect(description).toMatchObject({ min: 1, max: 5, mean: 3, peak: { x: 168, y: 56 } });
  });
});

describe('whatever the map holds', () => {
  const map = fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.boolean())
    .chain(([height, width, wild]) =>
      fc
        .float32Array({
          minLength: height * width,
          maxLength: height * width,
          noNaN: !wild,
          noDefaultInfinity: !wild,
        })
        .map((values) => ({ height, width, values })),
    );
  const origins = fc.record({
    class: fc.integer({ min: -1, max: 5 }),
    gradientPeak: fc.constantFrom(0, 1e-8, 3, Number.NaN),
  });

  test('every number is finite and in its range', () => {
    fc.assert(
      fc.property(map, origins, ({ height, width, values }, origin) => {
        const description = describeMap(values, height, width, seen, origin);
        const { peak, centre, min, max, mean, areaAboveHalf, borderShare } = description;
        const numbers = [min, max, mean, areaAboveHalf, borderShare, peak.x, peak.y, centre?.x ?? 0, centre?.y ?? 0];
        expect(numbers.filter((number) => !Number.isFinite(number))).toEqual([]);
        expect(min).toBeLessThanOrEqual(mean);
        expect(mean).toBeLessThanOrEqual(max);
        for (const share of [areaAboveHalf, borderShare]) {
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(1);
        }
        for (const place of [peak, centre ?? peak]) {
          expect(place.x).toBeGreaterThan(0);
          expect(place.x).toBeLessThan(seen.width);
          expect(place.y).toBeGreaterThan(0);
          expect(place.y).toBeLessThan(seen.height);
        }
        expect(centre === null).toBe(description.degenerate);
        expect(description.degenerateReason === null).toBe(!description.degenerate);
      }),
      { numRuns: 500 },
    );
  });

  test('the peak is at the maximum', () => {
    fc.assert(
      fc.property(map, ({ height, width, values }) => {
        const { peak, max } = describeMap(values, height, width, seen, normal);
        const column = Math.floor((peak.x * width) / seen.width);
        const row = Math.floor((peak.y * height) / seen.height);
        const finite = [...values].filter(Number.isFinite);
        expect(max).toBe(finite.length === 0 ? 0 : Math.max(...finite));
        if (finite.length > 0) expect(values[row * width + column]).toBe(max);
      }),
      { numRuns: 500 },
    );
  });

  test('a scaled map has the same places and shares', () => {
    fc.assert(
      fc.property(map, ({ height, width, values }) => {
        fc.pre(values.every((value) => Math.abs(value) < 1e30 && (value === 0 || Math.abs(value) > 1e-30)));
        const before = describeMap(values, height, width, seen, normal);
        const after = describeMap(
          values.map((value) => value * 4),
          height,
          width,
          seen,
          normal,
        );
        const { peak, centre, areaAboveHalf, borderShare } = before;
        expect(after).toMatchObject({ peak, centre, areaAboveHalf, borderShare });
      }),
    );
  });
});
