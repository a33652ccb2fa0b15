import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Colormap } from '../../../../src/shared/run/configuration.ts';
import { blendOverlay, type OverlayLook } from '../../../../src/worker/pipeline/render/overlay.ts';
import { blendOverlay as reference } from '../../../reference/blend.ts';
import { noise } from '../../../reference/noise.ts';

const side = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 300 }));
const cells = fc.integer({ min: 1, max: 60 });
const cell = fc.oneof(
  { weight: 20, arbitrary: fc.float({ min: -1, max: 4, noNaN: true }) },
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0),
);
const map = fc.tuple(cells, cells).chain(([height, width]) =>
  fc.array(cell, { minLength: 1, maxLength: 30 }).map((some) => ({
    height,
    width,
    values: Float32Array.from({ length: height * width }, (_, i) => some[i % some.length] ?? 0),
  })),
);
const look: fc.Arbitrary<OverlayLook> = fc.record({
  colormap: fc.constantFrom<Colormap[]>('magma', 'viridis', 'inferno', 'jet', 'turbo'),
  alpha: fc.double({ min: 0, max: 1, noNaN: true }),
  scale: fc.oneof(fc.constant<'image'>('image'), fc.double({ min: 0.1, max: 5, noNaN: true })),
  format: fc.constant<'png'>('png'),
});
const edge = fc.double({ min: -400, max: 400, noNaN: true });
const length = fc.double({ min: 0.5, max: 700, noNaN: true });
const area = fc.option(fc.record({ left: edge, top: edge, width: length, height: length }), { nil: undefined });

test('any map on any picture has the bytes of the arithmetic written out in TypeScript', () => {
  fc.assert(
    fc.property(side, side, fc.nat(), map, look, area, (width, height, seed, grid, style, covered) => {
      const pixels = noise(width * height * 3, seed);
      const canvas = { width, height, pixels, ...(covered === undefined ? {} : { area: covered }) };
      expect(Buffer.compare(blendOverlay(canvas, grid, style).pixels, reference(canvas, grid, style).pixels)).toBe(0);
    }),
    { numRuns: 200 },
  );
});

test('so has a map on a large original, which takes several bands', () => {
  const [width, height] = [1500, 900];
  const area = { left: 200.5, top: 0, width: 900, height: 900 };
  const canvas = { width, height, pixels: noise(width * height * 3, 5), area };
  const grid = { height: 7, width: 7, values: Float32Array.from(noise(49, 3)) };
  const style: OverlayLook = { colormap: 'turbo', alpha: 0.45, scale: 'image', format: 'jpg' };
  expect(Buffer.compare(blendOverlay(canvas, grid, style).pixels, reference(canvas, grid, style).pixels)).toBe(0);
});

test('a picture in a part of a larger buffer is read from its place', () => {
  const pixels = Buffer.from(noise(300, 2)).subarray(100, 100 + 48);
  const grid = { height: 1, width: 2, values: Float32Array.of(0, 1) };
  const style: OverlayLook = { colormap: 'jet', alpha: 0.5, scale: 'image', format: 'png' };
  const canvas = { width: 4, height: 4, pixels };
  const drawn = blendOverlay(canvas, grid, style).pixels;
  expect(Buffer.compare(drawn, reference(canvas, grid, style).pixels)).toBe(0);
  expect(drawn.buffer).not.toBe(pixels.buffer);
});
