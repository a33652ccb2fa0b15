import fc from 'fast-check';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { RgbImage } from '../../../../src/shared/picture/raster.ts';
import { encodePicture } from '../../../../src/worker/pipeline/render/encode.ts';
import { encodeJpeg, largestJpegSide } from '../../../../src/worker/pipeline/render/jpeg.ts';
import { noise } from '../../../reference/noise.ts';

/** What libjpeg makes of it. */
function byLibrary({ pixels, width, height }: RgbImage): Promise<Buffer> {
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 90, chromaSubsampling: '4:4:4', optimiseCoding: false })
    .toBuffer();
}

async function expectSameBytes(image: RgbImage): Promise<void> {
  expect(Buffer.compare(encodeJpeg(image), await byLibrary(image))).toBe(0);
}

const side = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 300 }));

test('any picture becomes the bytes that libjpeg makes of it', async () => {
  const contrast = fc.integer({ min: 0, max: 255 });
  await fc.assert(
    fc.asyncProperty(side, side, fc.nat(), contrast, contrast, async (width, height, seed, weight, threshold) => {
      const random = noise(width * height * 3, seed);
      // From flat to noise, and of two colours alone.
      const faint = random.map((value, i) => (128 + Math.sin(i / 50) * 90 + ((value - 128) * weight) / 255) & 0xff);
      await expectSameBytes({ pixels: faint, width, height });
      await expectSameBytes({ pixels: random.map((value) => (value > threshold ? 255 : 0)), width, height });
    }),
    { numRuns: 100 },
  );
});

test('every colour of a cube, and every level of grey', async () => {
  const pixels = Uint8Array.from({ length: 128 * 256 * 3 }, (_, i) => ((Math.floor(i / 3) >> ((i % 3) * 5)) & 31) * 8);
  await expectSameBytes({ pixels, width: 256, height: 128 });
  const grey = Uint8Array.from({ length: 256 * 3 }, (_, i) => Math.floor(i / 3));
  await expectSameBytes({ pixels: grey, width: 256, height: 1 });
});

test('a large picture, which takes several bands and pieces', async () => {
  for (const [width, height] of [
    [1501, 903],
    [9, 9000],
    [9000, 9],
  ] as const) {
    await expectSameBytes({ pixels: noise(width * height * 3, width), width, height });
  }
});

test('pixels in a part of a larger memory, shared by threads', async () => {
  const pixels = new Uint8Array(new SharedArrayBuffer(1000), 100, 16 * 9 * 3);
  pixels.set(noise(pixels.length, 4));
  const own = new Uint8Array(pixels);
  const encoded = encodeJpeg({ pixels, width: 16, height: 9 });
  expect(Buffer.compare(encoded, await byLibrary({ pixels: own, width: 16, height: 9 }))).toBe(0);
});

test('a picture that no JPEG can hold is refused', async () => {
  const width = largestJpegSide + 1;
  await expect(encodePicture({ pixels: new Uint8Array(width * 3), width, height: 1 }, 'jpg')).rejects.toThrow(
    /Maximum supported image dimension is 65500/,
  );
});
