import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { ImageError } from '../../../../src/shared/picture/image-error.ts';
import { resolvePreprocessing } from '../../../../src/worker/pipeline/decode/preprocessing.ts';
import { inlinePixels } from '../../../../src/worker/pipeline/pixels/inline-pixels.ts';
import type { openPixels } from '../../../../src/worker/pipeline/pixels/pixel-threads.ts';
import type { PixelWork } from '../../../../src/worker/pipeline/pixels/pixel-work.ts';

// Node 20 loads no TypeScript in a thread, so the threads are the built ones.
const dist = process.env.GRADLINE_TEST_DIST ?? fileURLToPath(new URL('../../../../dist', import.meta.url));
const built: { openPixels: typeof openPixels } = await import(
  pathToFileURL(join(dist, 'worker/pipeline/pixels/pixel-threads.js')).href
);
const photo = fileURLToPath(new URL('../../../goldens/preprocess/landscape.png', import.meta.url));
const preprocessing = resolvePreprocessing({ preset: 'imagenet' }, { height: 28, width: 28 });
const look = { colormap: 'magma', alpha: 0.6, scale: 'image', format: 'jpg' } as const;
const length = 3 * 28 * 28;

async function prepared(pixels: PixelWork, keepBytes = false) {
  const bytes = await readFile(photo);
  const order = { bytes, preprocessing, layout: 'NCHW' as const, channels: 3 as const };
  const preparation = await pixels.prepare(order, new Float32Array(length), keepBytes);
  if ('error' in preparation) throw preparation.error;
  return { ...preparation, bytes };
}

describe('pixel threads', () => {
  const threads = built.openPixels(2);
  afterAll(() => threads.close());

  test('prepare an image as the caller itself would', async () => {
    const [here, there] = await Promise.all([prepared(inlinePixels), prepared(threads)]);
    expect(there.tensor).toEqual(here.tensor);
    const { pixels, ...image } = there.image;
    expect(Buffer.from(pixels).equals(Buffer.from(here.image.pixels))).toBe(true);
    expect(image).toMatchObject({
      width: 28,
      height: 28,
      original: here.image.original,
      placement: here.image.placement,
    });
  });

  test('draw on what the model saw and on the original as the caller itself would', async () => {
    const maps = [0, 1].map((which) => ({ width: 2, height: 2, values: Float32Array.of(which, 1, -1, 0.5) }));
    const draw = async (pixels: PixelWork) => {
      const { image, bytes } = await prepared(pixels, true);
      const { placement, ...seen } = image;
      // The pixels are taken away, so each order has its own.
      const own = () => ({ ...seen, pixels: Uint8Array.from(seen.pixels) });
      const drawings = [
        await pixels.draw({ canvas: 'seen', maps, seen: own(), look }),
        await pixels.draw({ canvas: { bytes, placement }, maps, seen: own(), look }),
      ];
      return drawings.flatMap((drawing) => [drawing.seen, ...drawing.overlays]).map((bytes) => Buffer.from(bytes));
    };
    const [here, there] = await Promise.all([draw(inlinePixels), draw(threads)]);
    expect(there).toHaveLength(6);
    expect(there.map((picture, at) => picture.equals(here[at] ?? Buffer.of()))).toEqual(Array(6).fill(true));
  });

  test('leave the bytes to the caller that keeps them', async () => {
    expect((await prepared(threads, true)).bytes.length).toBeGreaterThan(0);
  });

  test('say what is wrong with an image, and give its tensor back', async () => {
    const order = { bytes: Buffer.from('no picture'), preprocessing, layout: 'NCHW' as const, channels: 3 as const };
    const preparation = await threads.prepare(order, new Float32Array(length), false);
    expect(preparation.tensor).toHaveLength(length);
    const error = 'error' in preparation ? preparation.error : null;
    expect(error).toMatchObject({ name: ImageError.name, code: 'not-an-image' });
  });
});
