import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Raster, Rectangle, Size } from '../../../../src/shared/picture/raster.ts';
import { resample } from '../../../../src/worker/pipeline/decode/resample.ts';
import { noise } from '../../../reference/noise.ts';
import { resample as reference } from '../../../reference/resample.ts';

function raster(width: number, height: number, channels: 1 | 3, seed: number): Raster {
  return { width, height, channels, pixels: noise(width * height * channels, seed) };
}

function whole({ width, height }: Size): Rectangle {
  return { left: 0, top: 0, width, height };
}

/** A stretch of `0..length` in whole pixels. */
function stretch(length: number): fc.Arbitrary<{ start: number; length: number }> {
  return fc
    .tuple(fc.integer({ min: 0, max: length - 1 }), fc.integer({ min: 1, max: length }))
    .map(([start, wanted]) => ({ start, length: Math.min(wanted, length - start) }));
}

function part({ width, height }: Size): fc.Arbitrary<Rectangle> {
  return fc
    .tuple(stretch(width), stretch(height))
    .map(([x, y]) => ({ left: x.start, top: y.start, width: x.length, height: y.length }));
}

const side = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 700 }));
const size = fc.record({ width: side, height: side });

test('resizing any part to any size and keeping any part of that equals the arithmetic of Pillow, bit for bit', () => {
  const resizes = fc.tuple(size, size).chain(([from, to]) =>
    fc.record({
      from: fc.constant(from),
      to: fc.constant(to),
      box: part(from),
      window: part(to),
      channels: fc.constantFrom<(1 | 3)[]>(1, 3),
      seed: fc.nat(),
    }),
  );
  fc.assert(
    fc.property(resizes, ({ from, to, box, window, channels, seed }) => {
      const image = raster(from.width, from.height, channels, seed);
      const ours = resample(image, box, to, window);
      const theirs = reference(image, box, to, window);
      expect(ours).toMatchObject({ width: window.width, height: window.height, channels });
      expect(Buffer.compare(ours.pixels, theirs.pixels)).toBe(0);
    }),
    { numRuns: 150 },
  );
});

test.each<[string, Size, 1 | 3, Size]>([
  ['of a large photo', { width: 2400, height: 1300 }, 3, { width: 300, height: 256 }],
  [
    'of a high, narrow picture, whose rows are narrowed in parts',
    { width: 3, height: 150_000 },
    3,
    { width: 17, height: 90 },
  ],
  ['of a long, low picture, which is narrowed in parts', { width: 300_000, height: 3 }, 3, { width: 90, height: 17 }],
  ['of a picture of one row', { width: 4_000_000, height: 1 }, 1, { width: 50, height: 2 }],
  ['down to one pixel', { width: 900, height: 700 }, 3, { width: 1, height: 1 }],
  ['of one pixel', { width: 1, height: 1 }, 3, { width: 50, height: 40 }],
])('the same holds %s', (_, from, channels, to) => {
  const image = raster(from.width, from.height, channels, 1);
  const ours = resample(image, whole(from), to, whole(to));
  expect(Buffer.compare(ours.pixels, reference(image, whole(from), to, whole(to)).pixels)).toBe(0);
});

test('white stays white and black stays black at any scale', () => {
  fc.assert(
    fc.property(size, size, fc.constantFrom(0, 255), (from, to, level) => {
      const pixels = new Uint8Array(from.width * from.height * 3).fill(level);
      const resized = resample({ ...from, channels: 3, pixels }, whole(from), to, whole(to));
      expect(resized.pixels.findIndex((value) => value !== level)).toBe(-1);
    }),
    { numRuns: 30 },
  );
});
