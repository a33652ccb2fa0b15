import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Interpolation } from '../../../../src/shared/run/configuration.ts';
import { readRaster } from '../../../../src/worker/pipeline/decode/read-raster.ts';
import { resample } from '../../../../src/worker/pipeline/decode/resample.ts';
import { goldenFile, goldenPixels } from './golden-pixels.ts';

/** Made by test/oracle/filters.py, with both versions of Pillow and with OpenCV. */
const names = readdirSync(join(import.meta.dirname, '../../../goldens/preprocess/filters'));
const filters: Interpolation[] = ['nearest', 'box', 'bilinear', 'hamming', 'bicubic', 'lanczos', 'area'];

function made(library: string) {
  return names.flatMap((name) => {
    const [, word, sides = '', by] = name.split('.');
    const [height = 0, width = 0] = sides.split('x').map(Number);
    const filter = filters.find((each) => each === word);
    return by === library && filter !== undefined ? [{ name, filter, height, width }] : [];
  });
}

async function ours({ filter, height, width }: { filter: Interpolation; height: number; width: number }, how: object) {
  const picture = await readRaster(await goldenFile('landscape.png'));
  const whole = (size: { height: number; width: number }) => ({ left: 0, top: 0, ...size });
  const resampling = { filter, antialias: true, columnsFirst: false, ...how };
  return resample(picture, whole(picture), { height, width }, whole({ height, width }), resampling).pixels;
}

function differences(ours: Uint8Array, theirs: Uint8Array) {
  expect(ours).toHaveLength(theirs.length);
  const each = [...ours].map((value, i) => Math.abs(value - (theirs[i] ?? 0)));
  return { most: Math.max(...each), mean: each.reduce((sum, value) => sum + value, 0) / each.length };
}

describe.each([
  ['before 13', 'pillow12', { columnsFirst: false }],
  ['13', 'pillow13', { columnsFirst: true }],
])('of Pillow %s, bit for bit', (_, library, how) => {
  test.each(made(library))('$filter to $height x $width', async (golden) => {
    expect(differences(await ours(golden, how), await goldenPixels(`filters/${golden.name}`)).most).toBe(0);
  });
});

test('the two orders of Pillow differ, where the height shrinks much more than the width', async () => {
  const golden = { filter: 'bilinear' as const, height: 12, width: 70 };
  expect(await ours(golden, { columnsFirst: true })).not.toEqual(await ours(golden, { columnsFirst: false }));
});

describe('of OpenCV, without antialiasing', () => {
  test.each(made('opencv'))('$filter to $height x $width', async (golden) => {
    const theirs = await goldenPixels(`filters/${golden.name}`);
    const { most, mean } = differences(await ours(golden, { antialias: false }), theirs);
    // OpenCV computes in fixed point where it does not take the mean of an area that shrinks.
    expect(most).toBeLessThanOrEqual(1);
    expect(mean).toBeLessThan(0.25);
  });

  test('the mean of an area is the same where both sides shrink', async () => {
    const golden = made('opencv').find(({ filter, height }) => filter === 'area' && height === 28);
    if (golden === undefined) throw new Error('There is one.');
    expect(differences(await ours(golden, {}), await goldenPixels(`filters/${golden.name}`)).most).toBe(0);
  });
});
