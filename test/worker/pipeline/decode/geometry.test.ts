import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { PreprocessSettings } from '../../../../src/shared/run/configuration.ts';
import { decodeImage } from '../../../../src/worker/pipeline/decode/decode.ts';
import { planGeometry } from '../../../../src/worker/pipeline/decode/geometry.ts';
import { resolvePreprocessing } from '../../../../src/worker/pipeline/decode/preprocessing.ts';
import { plainPng } from './golden-pixels.ts';

const size = { height: 28, width: 28 };

function geometry(settings: PreprocessSettings, original: { height: number; width: number }) {
  return planGeometry(original, resolvePreprocessing(settings, size));
}

describe('a picture that has the size of the model already', () => {
  test('is not enlarged and cut by a preset', () => {
    const { size: resized, window } = geometry({ preset: 'imagenet' }, size);
    expect([resized, window]).toEqual([size, { left: 0, top: 0, ...size }]);
  });

  test.each<[string, PreprocessSettings]>([
    ['resize', { preset: 'imagenet', resize: 32 }],
    ['crop_pct', { preset: 'imagenet', cropPct: 0.875 }],
  ])('is where %s says so', (_, settings) => {
    expect(geometry(settings, size).size).toEqual({ height: 32, width: 32 });
  });

  test('and one of another size is, as ever', () => {
    expect(geometry({ preset: 'imagenet' }, { height: 29, width: 28 }).size).toEqual({ height: 33, width: 32 });
  });
});

test('crop_pct rounds down, as in timm: 235 of 224 and 0.95', () => {
  expect(resolvePreprocessing({ preset: 'imagenet', cropPct: 0.95 }).resize).toBe(235);
});

test('squishing to one size and cutting another covers the middle of the original', () => {
  const {
    size: resized,
    window,
    placement,
  } = geometry({ preset: 'none', fit: 'squish', resize: 32 }, { height: 64, width: 96 });
  expect(resized).toEqual({ height: 32, width: 32 });
  expect(window).toEqual({ left: 2, top: 2, width: 28, height: 28 });
  expect(placement).toEqual({ left: 6, top: 4, width: 84, height: 56 });
});

test('a crop that cannot be quite in the middle begins at an even pixel, or further left and up', () => {
  const corner = (cropCorner: 'even' | 'down') => {
    const { left, top } = geometry({ preset: 'imagenet', resize: 31, cropCorner }, { height: 31, width: 33 }).window;
    return [left, top];
  };
  expect(corner('even')).toEqual([2, 2]);
  expect(corner('down')).toEqual([2, 1]);
});

describe('the ground beside a picture that is fitted in', () => {
  const wide = () => plainPng(56, 28, [200, 100, 50]);

  async function rows(settings: Partial<PreprocessSettings>) {
    const { pixels, placement } = await decodeImage(
      await wide(),
      resolvePreprocessing({ preset: 'imagenet', fit: 'pad', ...settings }, size),
    );
    const colour = (row: number) => [...pixels.subarray(row * 28 * 3, row * 28 * 3 + 3)];
    return { first: colour(0), middle: colour(14), last: colour(27), top: placement.top };
  }

  const picture = [200, 100, 50];

  test('is black, white, of any colour, or what the model sees as zero', async () => {
    expect((await rows({ pad: 'black' })).first).toEqual([0, 0, 0]);
    expect((await rows({ pad: 'white' })).first).toEqual([255, 255, 255]);
    expect((await rows({ pad: [114, 115, 116] })).first).toEqual([114, 115, 116]);
    expect((await rows({})).first).toEqual([124, 116, 104]);
  });

  test('lies on both sides, at the end or at the start', async () => {
    const pad: [number, number, number] = [1, 2, 3];
    expect(await rows({ pad })).toEqual({ first: pad, middle: picture, last: pad, top: -14 });
    expect(await rows({ pad, padAt: 'end' })).toMatchObject({ first: picture, last: pad });
    expect(await rows({ pad, padAt: 'start' })).toMatchObject({ first: pad, last: picture, top: -28 });
  });
});

test.each<[string, PreprocessSettings, string]>([
  ['resize and crop_pct', { preset: 'imagenet', resize: 40, cropPct: 0.9 }, 'the same thing twice'],
  ['two sides for the shorter one', { preset: 'imagenet', resize: { height: 40, width: 40 } }, 'gives two sides'],
  ['a crop larger than the picture', { preset: 'none', fit: 'squish', resize: 20 }, '20x20 is smaller'],
  ['a ground without a border', { preset: 'imagenet', pad: 'white' }, 'pad has no meaning with fit crop'],
  ['a filter without two forms', { preset: 'imagenet', interpolation: 'lanczos', antialias: false }, 'lanczos without'],
])('%s is refused', (_, settings, reason) => {
  expect(() => resolvePreprocessing(settings, size)).toThrow(reason);
});

test('a photo stays as stored where its orientation is to be ignored', async () => {
  const stored = { height: 2, width: 3 };
  const values = [10, 20, 30, 40, 50, 60].flatMap((value) => [value, value, value]);
  const photo = await sharp(Buffer.from(values), { raw: { ...stored, channels: 3 } })
    .withMetadata({ orientation: 6 })
    .png()
    .toBuffer();
  const preprocessing = resolvePreprocessing({ preset: 'none', size: stored });
  const { pixels, original } = await decodeImage(photo, preprocessing, { orientation: 'ignore' });
  expect(original).toEqual(stored);
  expect([...pixels]).toEqual(values);
  await expect(decodeImage(photo, preprocessing)).rejects.toMatchObject({ code: 'wrong-size' });
});
