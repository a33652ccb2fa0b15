import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { decodeImage, decodeOriginal } from '../../../../src/worker/pipeline/decode/decode.ts';
import { resolvePreprocessing } from '../../../../src/worker/pipeline/decode/preprocessing.ts';
import { readBands } from '../../../../src/worker/pipeline/decode/read-bands.ts';
import { resampleBands } from '../../../../src/worker/pipeline/decode/resample-bands.ts';
import { npy, pattern, planes, tiff } from './band-files.ts';

const [height, width] = [7, 6];
const asTheyAre = { range: [0, 255] as const };

/** Pixel by pixel. */
async function samplesOf(file: Buffer, bands: number, options: Partial<Parameters<typeof readBands>[2]> = {}) {
  const { samples, ...rest } = await readBands(file, bands, { ...asTheyAre, ...options });
  return { samples: [...samples], ...rest };
}

describe.each([2, 4, 5, 12, 13])('%i bands', (bands) => {
  const values = pattern(height, width, bands);

  test.each(['<u1', '<u2', '>u2', '<i2', '<f4', '>f4', '<f8'])(
    'in an array of %s, whatever its order',
    async (type) => {
      const files = [
        npy(values, [height, width, bands], type),
        npy(planes(values, bands), [bands, height, width], type),
        npy(values, [1, height, width, bands], type),
        npy(fortran(values, bands), [height, width, bands], type, true),
      ];
      for (const file of files) expect(await samplesOf(file, bands)).toMatchObject({ samples: values, width, height });
    },
  );

  test.each([Uint8Array, Uint16Array, Int16Array, Float32Array])('in a TIFF of %o', async (Type) => {
    const form = { width, height, bands };
    expect((await samplesOf(tiff(Type.from(values), form), bands)).samples).toEqual(values);
    const separate = tiff(Type.from(planes(values, bands)), { ...form, separate: true });
    expect((await samplesOf(separate, bands)).samples).toEqual(values);
  });
});

/** Of `[height, width, bands]`, the first axis fastest. */
function fortran(values: readonly number[], bands: number): number[] {
  return values.map((_, i) => {
    const [y, x, band] = [i % height, Math.floor(i / height) % width, Math.floor(i / (height * width))];
    return values[(y * width + x) * bands + band] ?? 0;
  });
}

describe('levels', () => {
  const values = pattern(height, width, 4).map((value) => value * 100);
  const file = npy(values, [height, width, 4], '<u2');

  test('that are given say what becomes 0 and 255, and cut nothing off', async () => {
    const { samples, levels } = await samplesOf(file, 4, { levels: [0, 1000], range: [0, 1] });
    expect(levels).toEqual([0, 1000]);
    expect(samples.map((sample) => Math.round((sample / 255) * 1000))).toEqual(values);
  });

  test('are those of the bits in use where a recipe normalises, and none where it does not', async () => {
    expect((await samplesOf(file, 4, { range: [0, 1] })).levels).toEqual([0, 4095]);
    expect(await samplesOf(file, 4)).not.toHaveProperty('levels');
  });

  test('fractions are taken as they are, unless they are in other units', async () => {
    const shares = values.map((value) => value / 10_000 - 0.05);
    const { samples, ...rest } = await samplesOf(npy(shares, [height, width, 4], '<f4'), 4, { range: [0, 1] });
    expect(rest).not.toHaveProperty('levels');
    for (const [i, sample] of samples.entries()) expect(sample / 255).toBeCloseTo(shares[i] ?? Number.NaN, 6);
    const raw = await samplesOf(npy(values, [height, width, 4], '<f4'), 4, { range: [0, 1] });
    expect(raw.levels).toEqual([0, 2200]);
  });
});

test('bands are resized as Pillow resizes pictures of mode F', async () => {
  const golden = z.object({
    cases: z.array(
      z.object({
        filter: z.enum(['bilinear', 'bicubic', 'lanczos', 'box', 'hamming', 'nearest']),
        width: z.number(),
        height: z.number(),
        values: z.array(z.number()),
      }),
    ),
  });
  const { cases } = golden.parse(
    JSON.parse(await readFile(new URL('../../../goldens/preprocess/bands.json', import.meta.url), 'utf8')),
  );
  const samples = Float32Array.from(pattern(9, 11, 4), (value) => value - 3.5);
  const image = { samples, width: 11, height: 9, channels: 4 };
  for (const { filter, values, ...size } of cases) {
    const whole = { left: 0, top: 0, width: 11, height: 9 };
    const resampling = { filter, antialias: true, columnsFirst: false };
    const resized = resampleBands(image, whole, size, { left: 0, top: 0, ...size }, resampling);
    for (const [i, value] of values.entries()) expect(resized.samples[i]).toBeCloseTo(value, 4);
  }
});

describe('a picture for the model', () => {
  const size = { height: 6, width: 6 };

  test('is cropped and padded as others are, and bands are drawn of it', async () => {
    const values = pattern(4, 8, 5).map((value) => value * 10);
    const file = npy(values, [4, 8, 5], '<u1');
    const scaling = { mean: [0.1, 0.2, 0.3, 0.4, 0.5], std: [1], range: [0, 1] as [number, number] };
    const pad = resolvePreprocessing({ preset: 'imagenet', fit: 'pad', ...scaling }, size);
    const padded = await decodeImage(file, pad, { channels: 5, overlayBands: [4, 3, 2] });
    expect([...(padded.bands?.subarray(0, 5) ?? [])].map((sample) => sample / 255)).toEqual(
      scaling.mean.map((mean) => expect.closeTo(mean, 6)),
    );
    expect(padded.placement.height).toBeGreaterThan(4);
    const none = resolvePreprocessing({ preset: 'none', fit: 'none' }, { height: 4, width: 8 });
    const seen = await decodeImage(file, none, { channels: 5, overlayBands: [4, 3, 2] });
    expect([...(seen.bands ?? [])]).toEqual(values);
    expect([...seen.pixels.subarray(0, 3)]).toEqual([values[3], values[2], values[1]]);
    expect(await decodeOriginal(file, { channels: 5, overlayBands: [1] })).toMatchObject({ width: 8, height: 4 });
  });

  test.each<[string, () => Buffer | Promise<Buffer>, string]>([
    [
      'an array of other bands',
      () => npy(pattern(4, 4, 3), [4, 4, 3], '<u1'),
      'the shape [4, 4, 3], and the model takes 5 bands',
    ],
    [
      'a TIFF of other bands',
      () => tiff(Uint8Array.from(pattern(4, 4, 4)), { width: 4, height: 4, bands: 4 }),
      'has 4 bands',
    ],
    [
      'a photograph',
      () =>
        sharp({ create: { width: 4, height: 4, channels: 3, background: 'red' } })
          .png()
          .toBuffer(),
      'A PNG file holds colours',
    ],
  ])('is not made of %s', async (_, file, message) => {
    const none = resolvePreprocessing({ preset: 'none', fit: 'squish' }, size);
    await expect(decodeImage(await file(), none, { channels: 5 })).rejects.toMatchObject({
      code: 'wrong-bands',
      message: expect.stringContaining(message),
    });
  });
});

test.each<[string, Buffer]>([
  ['grey', npy(pattern(4, 4, 1), [4, 4], '<u1')],
  ['colours behind', npy(pattern(4, 4, 3), [4, 4, 3], '<u1')],
  ['colours before', npy(planes(pattern(4, 4, 3), 3), [3, 4, 4], '<u1')],
])('a model of colours takes arrays as well: %s', async (name, file) => {
  const none = resolvePreprocessing({ preset: 'none', fit: 'none' }, { height: 4, width: 4 });
  const { pixels } = await decodeImage(file, none);
  const values = name === 'grey' ? pattern(4, 4, 1).flatMap((value) => [value, value, value]) : pattern(4, 4, 3);
  expect([...pixels]).toEqual(values);
});
