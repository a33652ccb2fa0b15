import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toGrey } from '../../../src/shared/picture/grey.ts';
import { toGrey as reference } from '../../reference/grey.ts';
import { noise } from '../../reference/noise.ts';

test('any picture becomes grey by the arithmetic of Pillow, bit for bit', () => {
  const side = fc.integer({ min: 1, max: 200 });
  fc.assert(
    fc.property(side, side, fc.nat(), (width, height, seed) => {
      const raster = { width, height, channels: 3 as const, pixels: noise(width * height * 3, seed) };
      const grey = toGrey(raster);
      expect(grey).toMatchObject({ width, height, channels: 1 });
      expect(Buffer.compare(grey.pixels, reference(raster).pixels)).toBe(0);
    }),
  );
});

test('a large picture, which takes several rounds, too', () => {
  const raster = { width: 1000, height: 777, channels: 3 as const, pixels: noise(1000 * 777 * 3, 9) };
  expect(Buffer.compare(toGrey(raster).pixels, reference(raster).pixels)).toBe(0);
});

test('every level of grey stays what it is', () => {
  const pixels = Uint8Array.from({ length: 256 * 3 }, (_, i) => Math.floor(i / 3));
  const { pixels: grey } = toGrey({ width: 16, height: 16, channels: 3, pixels });
  expect([...grey]).toEqual(Array.from({ length: 256 }, (_, level) => level));
});
