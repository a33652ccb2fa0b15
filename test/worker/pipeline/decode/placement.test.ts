import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { scaledPixels } from '../../../../src/explain/pixel-input.ts';
import type { PreprocessSettings } from '../../../../src/shared/run/configuration.ts';
import { type DecodedImage, decodeImage } from '../../../../src/worker/pipeline/decode/decode.ts';
import { resolvePreprocessing } from '../../../../src/worker/pipeline/decode/preprocessing.ts';

const size = { height: 56, width: 56 };
const recipes: [string, PreprocessSettings][] = [
  ['imagenet', { preset: 'imagenet', size }],
  ['fastai', { preset: 'fastai', size }],
  ['squish', { preset: 'imagenet', fit: 'squish', size }],
  ['pad', { preset: 'imagenet', fit: 'pad', size }],
  ['imagenet, not square', { preset: 'imagenet', size: { height: 40, width: 64 } }],
];
const originals: [string, number, number][] = [
  ['landscape', 301, 200],
  ['portrait', 171, 260],
  ['smaller than the model', 40, 33],
];

function placeInOriginal({ x, y }: { x: number; y: number }, { placement, width, height }: DecodedImage) {
  return { x: placement.left + (x * placement.width) / width, y: placement.top + (y * placement.height) / height };
}

/** A black picture with one bright blob around `x`, `y`. */
function blob(width: number, height: number, x: number, y: number, radius: number): Promise<Buffer> {
  const pixels = Buffer.alloc(width * height * 3);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const distance = ((column + 0.5 - x) ** 2 + (row + 0.5 - y) ** 2) / radius ** 2;
      pixels.fill(Math.round(255 * Math.exp(-distance)), (row * width + column) * 3, (row * width + column) * 3 + 3);
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

/** Centre of brightness above the ground, at pixel centres. */
function centre(pixels: Uint8Array, width: number): { x: number; y: number } {
  let mass = 0;
  let x = 0;
  let y = 0;
  for (let i = 0; i < pixels.length / 3; i++) {
    const weight = Math.max((pixels[i * 3] ?? 0) - 140, 0);
    mass += weight;
    x += weight * ((i % width) + 0.5);
    y += weight * (Math.floor(i / width) + 0.5);
  }
  return { x: x / mass, y: y / mass };
}

describe.each(recipes)('with %s', (_, settings) => {
  test.each(originals)('a place that the model saw is found again in a %s original', async (_, width, height) => {
    const place = { x: width * 0.47, y: height * 0.56 };
    const image = await blob(width, height, place.x, place.y, Math.min(width, height) / 8);
    const decoded = await decodeImage(image, resolvePreprocessing(settings));
    const found = placeInOriginal(centre(decoded.pixels, decoded.width), decoded);
    const pixel = Math.max(decoded.placement.width / decoded.width, decoded.placement.height / decoded.height);
    expect(Math.abs(found.x - place.x)).toBeLessThan(0.15 * pixel);
    expect(Math.abs(found.y - place.y)).toBeLessThan(0.15 * pixel);
    expect(decoded.original).toEqual({ width, height });
  });
});

test('padding lies outside of the original, on both sides alike', async () => {
  const image = await blob(200, 100, 50, 50, 10);
  const preprocessing = resolvePreprocessing({ preset: 'imagenet', fit: 'pad', size });
  const { placement } = await decodeImage(image, preprocessing);
  expect(placement).toEqual({ left: 0, top: -50, width: 200, height: 200 });
});

test('a picture that is one pixel high is still an image', async () => {
  const image = await blob(3000, 1, 1500, 0.5, 500);
  for (const [, settings] of recipes) {
    const preprocessing = resolvePreprocessing(settings);
    const decoded = await decodeImage(image, preprocessing);
    const { width, height, pixels } = decoded;
    expect(pixels).toHaveLength(width * height * 3);
    const input = { name: 'image', layout: 'NCHW' as const, channels: 3, height, width };
    expect(scaledPixels(pixels, preprocessing, input).every(Number.isFinite)).toBe(true);
  }
});
