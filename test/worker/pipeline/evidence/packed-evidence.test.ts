import { getFloat16 } from '@petamoriken/float16';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LayerMaps } from '../../../../src/explain/explanation.ts';
import { evidencePlaces, packEvidence } from '../../../../src/worker/pipeline/evidence/packed-evidence.ts';
import { shrinkGrid } from '../../../../src/worker/pipeline/evidence/shrink-grid.ts';

interface Unpacked {
  scales: [number, number];
  evidence: number[];
  heatmap: number[];
}

function unpack(packed: Uint8Array, maps: readonly LayerMaps[]): Unpacked[] {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  return evidencePlaces(maps).map(({ evidence, cells, evidenceScale, heatmapScale }) => {
    const scales: [number, number] = [view.getFloat32(evidenceScale, true), view.getFloat32(heatmapScale, true)];
    const halves = ([start, end]: [number, number], scale: number) =>
      Array.from({ length: (end - start) / 2 }, (_, i) => getFloat16(view, start + 2 * i, true) * scale);
    return { scales, evidence: halves(evidence, scales[0]), heatmap: halves(cells, scales[1]) };
  });
}

/** A map of `count` images whose numbers are up to `size`. */
function mapsOf({ height = 2, width = 2, channels = 3, count = 1, size = 1, seed = 0 }): LayerMaps {
  const numbers = (length: number, phase: number) =>
    Float32Array.from({ length }, (_, i) => size * Math.sin(seed + phase + i * 1.7));
  return {
    layer: 'layer4',
    method: 'grad-cam',
    target: 'predicted',
    height,
    width,
    channels,
    classes: new Int32Array(count),
    values: numbers(count * height * width, 1),
    evidence: numbers(count * channels, 2),
    gradientPeak: new Float32Array(count).fill(1),
  };
}

const largest = (values: ArrayLike<number>) => Math.max(0, ...Array.from(values, Math.abs));

/** Half precision keeps eleven bits of a number, and of the smallest ones what is left of them. */
function expectNear(actual: readonly number[] = [], expected: Float32Array): void {
  const scale = largest(expected);
  expect(actual).toHaveLength(expected.length);
  const isNear = (value: number, i: number) =>
    Math.abs((actual[i] ?? Number.NaN) - value) <= Math.abs(value) * 2 ** -11 + scale * 2 ** -24;
  expect([...expected].findIndex((value, i) => !isNear(value, i))).toBe(-1);
}

describe('evidence of an image', () => {
  test('comes back to three digits, map after map, of the image asked for', () => {
    const map = fc.record({
      height: fc.integer({ min: 1, max: 40 }),
      width: fc.integer({ min: 1, max: 40 }),
      channels: fc.integer({ min: 0, max: 9 }),
      size: fc.constantFrom(1e-20, 1e-3, 1, 1e12),
      seed: fc.nat(1000),
    });
    fc.assert(
      fc.property(fc.array(map, { minLength: 1, maxLength: 3 }), fc.nat(2), (settings, index) => {
        const maps = settings.map((setting) => mapsOf({ ...setting, count: 3 }));
        const unpacked = unpack(packEvidence(maps, index), maps);
        expect(unpacked).toHaveLength(maps.length);
        for (const [at, { height, width, channels, values, evidence }] of maps.entries()) {
          const cells = height * width;
          const own = { height, width, values: values.slice(index * cells, (index + 1) * cells) };
          const looked = shrinkGrid(own, 32).values;
          const seen = evidence.slice(index * channels, (index + 1) * channels);
          expect(unpacked[at]?.scales).toEqual([largest(seen), largest(looked)]);
          expectNear(unpacked[at]?.evidence, seen);
          expectNear(unpacked[at]?.heatmap, looked);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('is as long as its parts, whatever lies in it', () => {
    const maps = [mapsOf({ height: 50, width: 2, channels: 5 }), mapsOf({ height: 1, width: 1, channels: 0 })];
    expect(packEvidence(maps, 0)).toHaveLength(8 + 2 * (5 + 32 * 2) + 8 + 2 * 1);
    expect(packEvidence([], 0)).toHaveLength(0);
  });

  test('of nothing but zeros has no scale', () => {
    const maps = [mapsOf({ size: 0 })];
    expect(packEvidence(maps, 0).every((byte) => byte === 0)).toBe(true);
  });

  test('has zeros for what is not a number, and the scale of the others', () => {
    const evidence = Float32Array.of(Number.NaN, -0.5, Number.NEGATIVE_INFINITY);
    const maps = [{ ...mapsOf({}), evidence }];
    const [found] = unpack(packEvidence(maps, 0), maps);
    expect(found?.scales[0]).toBe(0.5);
    expect(found?.evidence).toEqual([0, -0.5, 0]);
  });
});
