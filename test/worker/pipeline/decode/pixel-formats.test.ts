import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodeOriginal } from '../../../../src/worker/pipeline/decode/decode.ts';
import { readRaster } from '../../../../src/worker/pipeline/decode/read-raster.ts';
import { goldenFile, goldenPixels } from './golden-pixels.ts';

const names = readdirSync(join(import.meta.dirname, '../../../goldens/preprocess/formats')).filter(
  (name) => !name.endsWith('.expected.png'),
);

describe('the colours of Pillow', () => {
  test('are checked for every kind of file', () => {
    expect(names.length).toBeGreaterThanOrEqual(18);
  });

  test.each(names)('%s', async (name) => {
    const { pixels, width, height } = await decodeOriginal(await goldenFile(`formats/${name}`));
    const expected = await goldenPixels(`formats/${name}.expected.png`);
    expect([width, height]).toEqual([24, 16]);
    expect(pixels).toHaveLength(expected.length);
    const differences = [...pixels].map((value, i) => Math.abs(value - (expected[i] ?? 0)));
    // Builds of the JPEG library may round a level up or down; everything else is exact.
    expect(Math.max(...differences)).toBeLessThanOrEqual(name.endsWith('.jpg') ? 1 : 0);
  });
});

test('an AVIF is read', async () => {
  const avif = await sharp(await goldenFile('landscape.png'))
    .avif({ quality: 95, chromaSubsampling: '4:4:4' })
    .toBuffer();
  const { pixels } = await decodeOriginal(avif);
  const expected = await goldenPixels('landscape.png');
  const sum = pixels.reduce((total, value, i) => total + Math.abs(value - (expected[i] ?? 0)), 0);
  expect(sum / pixels.length).toBeLessThan(6);
});

test('of an animation the first picture is taken', async () => {
  const frames = Buffer.concat([Buffer.alloc(4 * 4 * 3, 255), Buffer.alloc(4 * 4 * 3, 0)]);
  const gif = await sharp(frames, { raw: { width: 4, height: 8, channels: 3, pageHeight: 4 } })
    .gif()
    .toBuffer();
  const { pixels, width, height } = await decodeOriginal(gif);
  expect([width, height]).toEqual([4, 4]);
  expect([...pixels]).toEqual(Array(48).fill(255));
});

test('a grey picture stays at one channel until it is shown', async () => {
  const raster = await readRaster(await goldenFile('formats/grey.png'));
  expect(raster.channels).toBe(1);
  expect(raster.pixels).toHaveLength(24 * 16);
});
