/** Reading large JPEGs smaller than they are. */

import { readdir } from 'node:fs/promises';
import sharp from 'sharp';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { toRgb } from '../../../../src/shared/picture/raster.ts';
import type { PreprocessSettings } from '../../../../src/shared/run/configuration.ts';
import { decodeImage, decodeOriginal } from '../../../../src/worker/pipeline/decode/decode.ts';
import { resolvePreprocessing } from '../../../../src/worker/pipeline/decode/preprocessing.ts';
import { readRaster } from '../../../../src/worker/pipeline/decode/read-raster.ts';
import { resample } from '../../../../src/worker/pipeline/decode/resample.ts';
import { shrinkFor } from '../../../../src/worker/pipeline/decode/shrink.ts';
import { temporaryFolder } from '../../../shared/temporary-folder.ts';
import { goldenFile, goldenPixels } from './golden-pixels.ts';

const kinds = ['444', '422', '420', 'progressive', 'restarts', 'grey'];
const size = { width: 28, height: 28 };

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A black picture with a spot, as stored. Sides are no multiples of 8. */
async function photo({ orientation = 1, width = 1003, height = 701 } = {}): Promise<Buffer> {
  const pixels = Buffer.alloc(width * height * 3);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 3) {
      const level = Math.round(255 * Math.exp(-((x - 380) ** 2 + (y - 290) ** 2) / 90 ** 2));
      pixels.fill(level, i, i + 3);
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .withMetadata({ orientation })
    .jpeg({ quality: 95 })
    .toBuffer();
}

function centre(pixels: Uint8Array, width: number) {
  let [mass, x, y] = [0, 0, 0];
  for (let i = 0; i < pixels.length / 3; i++) {
    const level = pixels[i * 3] ?? 0;
    mass += level;
    x += level * (i % width);
    y += level * Math.floor(i / width);
  }
  return { x: x / mass, y: y / mass };
}

describe.each(kinds)('a JPEG of kind %s', (kind) => {
  test.each([2, 4, 8] as const)('read %i times smaller has the pixels of Pillow’s draft', async (shrink) => {
    const read = await readRaster(await goldenFile(`shrunk/${kind}.jpg`), {}, () => shrink);
    expect(read).toMatchObject({ width: Math.floor(123 / shrink), height: Math.floor(85 / shrink) });
    expect(read.shrunk).toEqual({ original: { width: 123, height: 85 }, shrink, left: 0, top: 0 });
    const theirs = await goldenPixels(`shrunk/${kind}.${shrink}.png`);
    expect(Buffer.compare(toRgb(read).pixels, theirs)).toBe(0);
  });
});

test.each(['nearest', 'box', 'bilinear', 'hamming', 'bicubic', 'lanczos'] as const)(
  'a part that begins and ends within pixels is resized as by Pillow (%s)',
  async (filter) => {
    const picture = await readRaster(await goldenFile('landscape.png'));
    const box = { left: 3.5, top: 2.25, width: 57.375, height: 38.25 };
    const to = { width: 20, height: 13 };
    const resampling = { filter, antialias: true, columnsFirst: false };
    const { pixels } = resample(picture, box, to, { left: 0, top: 0, ...to }, resampling);
    expect(Buffer.compare(pixels, await goldenPixels(`shrunk/part.${filter}.png`))).toBe(0);
  },
);

describe('fast decoding', () => {
  const recipes: PreprocessSettings[] = [
    { preset: 'imagenet', size },
    { preset: 'imagenet', size, pillow: '13' },
    { preset: 'fastai', size },
    { preset: 'imagenet', fit: 'squish', size: { width: 40, height: 18 } },
    { preset: 'imagenet', fit: 'pad', size },
  ];

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('keeps everything in its place with orientation %i', async (orientation) => {
    const file = await photo({ orientation });
    for (const settings of recipes) {
      const preprocessing = resolvePreprocessing(settings);
      const exact = await decodeImage(file, preprocessing);
      const fast = await decodeImage(file, preprocessing, { decode: 'fast' });
      expect(fast.pixels).not.toEqual(exact.pixels);
      expect({ ...fast, pixels: null }).toEqual({ ...exact, pixels: null });
      const [there, here] = [exact, fast].map(({ pixels, width }) => centre(pixels, width));
      expect(Math.abs((here?.x ?? 0) - (there?.x ?? 0))).toBeLessThan(0.02);
      expect(Math.abs((here?.y ?? 0) - (there?.y ?? 0))).toBeLessThan(0.02);
    }
  });

  test('of a photo that stays as stored', async () => {
    const file = await photo({ orientation: 6 });
    const preprocessing = resolvePreprocessing({ preset: 'imagenet', size });
    const { original } = await decodeImage(file, preprocessing, { decode: 'fast', orientation: 'ignore' });
    expect(original).toEqual({ width: 1003, height: 701 });
  });

  test.each(['landscape.png', 'formats/cmyk.jpg'])('reads other files exactly: %s', async (name) => {
    const file = await goldenFile(name);
    const preprocessing = resolvePreprocessing({ preset: 'imagenet', size: { width: 2, height: 2 } });
    expect(await decodeImage(file, preprocessing, { decode: 'fast' })).toEqual(await decodeImage(file, preprocessing));
  });

  test('of grey for a model of one channel', async () => {
    const preprocessing = resolvePreprocessing({ preset: 'imagenet', size: { width: 8, height: 8 } });
    const options = { channels: 1, decode: 'fast' } as const;
    const { original } = await decodeImage(await goldenFile('shrunk/grey.jpg'), preprocessing, options);
    expect(original).toEqual({ width: 123, height: 85 });
  });

  test('leaves the original, for overlays on it, as it is', async () => {
    const file = await goldenFile('shrunk/420.jpg');
    const options = { channels: 3, decode: 'fast' } as const;
    expect(await decodeOriginal(file, options)).toEqual(await decodeOriginal(file));
  });

  test('says of a damaged file what exact decoding says, and leaves nothing behind', async () => {
    const folder = await temporaryFolder();
    vi.stubEnv('TMPDIR', folder);
    const whole = await photo();
    const preprocessing = resolvePreprocessing({ preset: 'imagenet', size });
    await decodeImage(whole, preprocessing, { decode: 'fast' });
    const late = Math.floor(whole.length * 0.9);
    const files = [whole.subarray(0, whole.length - 900), Buffer.from(whole).fill(0x33, late, late + 30)];
    for (const file of files) {
      const said = await Promise.all(
        (['exact', 'fast'] as const).map((decode) =>
          decodeImage(file, preprocessing, { decode }).then(
            () => 'nothing',
            ({ code, message }) => `${code}: ${message}`,
          ),
        ),
      );
      expect(said[0]).toMatch(/^(truncated|corrupt): /);
      expect(said[1]).toBe(said[0]);
    }
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('how much smaller a picture is read', () => {
  const of = (width: number, height: number, settings: PreprocessSettings) =>
    shrinkFor({ width, height }, resolvePreprocessing(settings));

  test('follows from what the recipe makes of it', () => {
    const recipe = { preset: 'imagenet' } as const;
    expect(of(500, 375, recipe)).toBe(1);
    expect(of(1024, 1023, recipe)).toBe(1);
    expect(of(1024, 1024, recipe)).toBe(2);
    expect(of(4000, 3000, recipe)).toBe(4);
    expect(of(6000, 4096, recipe)).toBe(8);
    // The side that shrinks least counts.
    expect(of(4000, 500, { preset: 'imagenet', fit: 'squish' })).toBe(1);
  });

  test('is not at all where the filter looks at single pixels, or the size must fit', () => {
    expect(of(4000, 3000, { preset: 'imagenet', interpolation: 'nearest' })).toBe(1);
    expect(of(4000, 3000, { preset: 'keras-tf' })).toBe(1);
    expect(of(4000, 3000, { preset: 'keras-tf', interpolation: 'area' })).toBe(4);
    expect(of(4000, 3000, { preset: 'none' })).toBe(1);
  });
});
