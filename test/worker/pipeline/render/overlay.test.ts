import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { colourTable } from '../../../../src/shared/picture/colormap.ts';
import type { OverlaySettings } from '../../../../src/shared/run/configuration.ts';
import { decodeImage, decodeOriginal } from '../../../../src/worker/pipeline/decode/decode.ts';
import { resolvePreprocessing } from '../../../../src/worker/pipeline/decode/preprocessing.ts';
import { blendOverlay, type Canvas, renderOverlay } from '../../../../src/worker/pipeline/render/overlay.ts';
import { plainPng } from '../decode/golden-pixels.ts';

const look: OverlaySettings = {
  write: 'all',
  colormap: 'magma',
  alpha: 0.6,
  scale: 'image',
  on: 'seen',
  format: 'png',
};

const grid = (height: number, width: number, values: number[]) => ({
  height,
  width,
  values: Float32Array.from(values),
});

function plain(width: number, height: number, level: number): Canvas {
  return { width, height, pixels: new Uint8Array(width * height * 3).fill(level) };
}

function at({ pixels, width }: { pixels: Uint8Array; width: number }, x: number, y: number): number[] {
  return [...pixels.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
}

/** `alpha` of a colormap's entry over a grey level. */
function mixed(step: number, level: number, { colormap, alpha }: OverlaySettings = look): number[] {
  return [...colourTable(colormap).subarray(step * 3, step * 3 + 3)].map((c) =>
    Math.round(alpha * c + (1 - alpha) * level),
  );
}

describe('colours', () => {
  test('the maximum has the last colour, zero and below the first', () => {
    const picture = blendOverlay(plain(80, 40, 100), grid(1, 2, [-5, 3]), look);
    expect(at(picture, 0, 20)).toEqual(mixed(0, 100));
    expect(at(picture, 79, 20)).toEqual(mixed(255, 100));
  });

  test('cells are clipped before they are enlarged: a strong negative neighbour takes nothing away', () => {
    const weak = blendOverlay(plain(80, 40, 100), grid(1, 2, [0, 3]), look);
    const strong = blendOverlay(plain(80, 40, 100), grid(1, 2, [-500, 3]), look);
    expect(strong.pixels).toEqual(weak.pixels);
  });

  test('alpha mixes photo and map, from the photo alone to the map alone', () => {
    const map = grid(1, 1, [2]);
    for (const alpha of [0, 0.25, 0.6, 1]) {
      expect(at(blendOverlay(plain(4, 4, 200), map, { ...look, alpha }), 1, 1)).toEqual(
        mixed(255, 200, { ...look, alpha }),
      );
    }
  });

  test('an image scale ignores the magnitude, a fixed one shows it', () => {
    const [small, large] = [grid(1, 1, [0.5]), grid(1, 1, [8])];
    expect(at(blendOverlay(plain(4, 4, 0), small, look), 0, 0)).toEqual(mixed(255, 0));
    expect(at(blendOverlay(plain(4, 4, 0), small, { ...look, scale: 2 }), 0, 0)).toEqual(mixed(64, 0));
    expect(at(blendOverlay(plain(4, 4, 0), large, { ...look, scale: 2 }), 0, 0)).toEqual(mixed(255, 0));
  });

  test.each([
    ['nothing but zeros', [0, 0, 0, 0]],
    ['nothing positive', [-1, -2, -3, -4]],
    ['nothing finite', [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]],
  ])('a map with %s shows the photo under the first colour', (_, values) => {
    const picture = blendOverlay(plain(8, 8, 150), grid(2, 2, values), look);
    for (let i = 0; i < 64; i++) expect(at(picture, i % 8, i >> 3)).toEqual(mixed(0, 150));
  });
});

describe('places', () => {
  test('half-pixel centres: cell centres keep their value, between them it goes straight', () => {
    // Two cells over eight pixels: cell centres at 2 and 6, pixel centres at 0.5, 1.5, ...
    const picture = blendOverlay(plain(8, 1, 0), grid(1, 2, [0, 1]), { ...look, alpha: 1 });
    const shares = [0, 0, 0.125, 0.375, 0.625, 0.875, 1, 1];
    shares.forEach((share, x) => {
      expect(at(picture, x, 0)).toEqual(mixed(Math.floor(share * 255), 0, { ...look, alpha: 1 }));
    });
  });

  test('rows and columns are not exchanged', () => {
    const picture = blendOverlay(plain(90, 60, 0), grid(2, 3, [0, 0, 0, 0, 0, 1]), { ...look, alpha: 1 });
    const brightness = (x: number, y: number) => at(picture, x, y).reduce((a, b) => a + b);
    expect(brightness(89, 59)).toBeGreaterThan(600);
    for (const [x, y] of [
      [0, 0],
      [89, 0],
      [0, 59],
      [44, 59],
    ] as const) {
      expect(brightness(x, y)).toBeLessThan(10);
    }
  });

  test('on an original, the map covers its area and the photo around it stays', () => {
    const canvas = { ...plain(10, 6, 120), area: { left: 2.6, top: 0.4, width: 5, height: 5 } };
    const picture = blendOverlay(canvas, grid(1, 1, [1]), look);
    for (let y = 0; y < 6; y++) {
      for (let x = 0; x < 10; x++) {
        // Pixels whose centres lie in 2.6..7.6 and 0.4..5.4.
        const covered = x >= 3 && x <= 7 && y <= 4;
        expect(at(picture, x, y)).toEqual(covered ? mixed(255, 120) : [120, 120, 120]);
      }
    }
  });

  test('an area that reaches outside of the original, as with padding, is cut', () => {
    const canvas = { ...plain(4, 2, 0), area: { left: 0, top: -1, width: 4, height: 4 } };
    const picture = blendOverlay(canvas, grid(4, 1, [9, 1, 2, 9]), { ...look, scale: 2, alpha: 1 });
    expect(at(picture, 0, 0)).toEqual(mixed(128, 0, { ...look, alpha: 1 }));
    expect(at(picture, 3, 1)).toEqual(mixed(255, 0, { ...look, alpha: 1 }));
  });

  test('the canvas itself is not written to', () => {
    const canvas = plain(4, 4, 77);
    blendOverlay(canvas, grid(1, 1, [1]), look);
    expect(canvas.pixels.every((value) => value === 77)).toBe(true);
  });
});

test('on a turned photo the map lies where the model saw it', async () => {
  const landscape = await plainPng(60, 40, [90, 90, 90]);
  const turned = await sharp(landscape).withMetadata({ orientation: 6 }).png().toBuffer();
  const preprocessing = resolvePreprocessing({ preset: 'fastai' }, { height: 28, width: 28 });
  const { placement } = await decodeImage(turned, preprocessing);
  const original = await decodeOriginal(turned);
  const picture = blendOverlay({ ...original, area: placement }, grid(1, 1, [1]), look);
  expect([picture.width, picture.height]).toEqual([40, 60]);
  // The middle 40 x 40 of 40 x 60.
  expect([9, 10, 49, 50].map((y) => at(picture, 0, y))).toEqual([
    [90, 90, 90],
    mixed(255, 90),
    mixed(255, 90),
    [90, 90, 90],
  ]);
});

describe('the file', () => {
  const canvas = plain(32, 24, 90);
  const map = grid(2, 2, [1, 0, 0, 0.5]);

  test.each(['jpg', 'png', 'webp'] as const)('is a %s of the canvas size close to the blend', async (format) => {
    const file = await renderOverlay(canvas, map, { ...look, format });
    const decoded = await sharp(file).raw().toBuffer({ resolveWithObject: true });
    expect((await sharp(file).metadata()).format).toBe(format === 'jpg' ? 'jpeg' : format);
    expect([decoded.info.width, decoded.info.height, decoded.info.channels]).toEqual([32, 24, 3]);
    const blend = blendOverlay(canvas, map, look).pixels;
    const sum = blend.reduce((total, value, i) => total + Math.abs(value - (decoded.data[i] ?? 0)), 0);
    expect(sum / blend.length).toBeLessThan(format === 'png' ? 1e-9 : 4);
  });

  test.each(['jpg', 'png', 'webp'] as const)('has the same bytes each time (%s)', async (format) => {
    const first = await renderOverlay(canvas, map, { ...look, format });
    expect(await renderOverlay(canvas, map, { ...look, format })).toEqual(first);
  });
});
