import { describe, expect, test } from 'vitest';
import type { ModelInput } from '../../../../src/explain/explanation.ts';
import { scaledPixels } from '../../../../src/explain/pixel-input.ts';
import type { PreprocessSettings } from '../../../../src/shared/run/configuration.ts';
import { decodeImage } from '../../../../src/worker/pipeline/decode/decode.ts';
import { type Preprocessing, resolvePreprocessing } from '../../../../src/worker/pipeline/decode/preprocessing.ts';
import { goldenFile, goldenPixels } from './golden-pixels.ts';

function inputOf({ size }: Preprocessing): ModelInput {
  return { name: 'image', layout: 'NCHW', channels: 3, ...size };
}

const recipes: [string, PreprocessSettings][] = [
  ['imagenet', { preset: 'imagenet' }],
  ['imagenet', { preset: 'caffe' }],
  ['imagenet', { preset: 'tf' }],
  ['fastai', { preset: 'fastai' }],
  ['squish', { preset: 'imagenet', fit: 'squish' }],
];
const sizes = [
  { height: 28, width: 28 },
  { height: 20, width: 31 },
];

describe.each(['landscape', 'portrait', 'tiny'])('a %s picture has the pixels of Pillow', (source) => {
  for (const [golden, settings] of recipes) {
    for (const size of sizes) {
      const fit = settings.fit === undefined ? '' : ` with fit ${settings.fit}`;
      test(`${settings.preset}${fit} at ${size.height} x ${size.width}`, async () => {
        const bytes = await goldenFile(`${source}.png`);
        const decoded = await decodeImage(bytes, resolvePreprocessing(settings, size));
        const expected = await goldenPixels(`${source}.${golden}.${size.height}x${size.width}.png`);
        expect(decoded.pixels).toEqual(expected);
        expect(decoded).toMatchObject(size);
      });
    }
  }
});

test('a model with one channel gets the grey of Pillow', async () => {
  const bytes = await goldenFile('landscape.png');
  const preprocessing = resolvePreprocessing({ preset: 'imagenet' }, { height: 28, width: 28 });
  const decoded = await decodeImage(bytes, preprocessing, { channels: 1 });
  expect(decoded.pixels).toEqual(await goldenPixels('landscape.imagenet-grey.28x28.png'));
  const seen = scaledPixels(decoded.pixels, preprocessing, { ...inputOf(preprocessing), channels: 1 });
  expect(seen).toHaveLength(28 * 28);
});

test('the tensor of the imagenet preset is that of torchvision', async () => {
  const preprocessing = resolvePreprocessing({ preset: 'imagenet' }, { height: 28, width: 28 });
  const { pixels } = await decodeImage(await goldenFile('landscape.png'), preprocessing);
  const tensor = scaledPixels(pixels, preprocessing, inputOf(preprocessing));
  const places: { channel: number; y: number; x: number; value: number }[] = JSON.parse(
    (await goldenFile('landscape.imagenet.28x28.json')).toString(),
  );
  expect(places.length).toBeGreaterThan(10);
  for (const { channel, y, x, value } of places) expect(tensor[(channel * 28 + y) * 28 + x]).toBe(value);
});

test('fit none takes the picture as it is', async () => {
  const preprocessing = resolvePreprocessing({ preset: 'none' }, { height: 43, width: 61 });
  const decoded = await decodeImage(await goldenFile('landscape.png'), preprocessing);
  expect(decoded.pixels).toEqual(await goldenPixels('landscape.png'));
  const input = { ...inputOf(preprocessing), layout: 'NHWC' as const };
  expect(scaledPixels(decoded.pixels, preprocessing, input)).toEqual(Float32Array.from(decoded.pixels));
});

test('fit pad shows the whole picture on a ground that the model sees as nearly zero', async () => {
  const preprocessing = resolvePreprocessing({ preset: 'imagenet', fit: 'pad' }, { height: 64, width: 64 });
  const { pixels } = await decodeImage(await goldenFile('landscape.png'), preprocessing);
  const tensor = scaledPixels(pixels, preprocessing, inputOf(preprocessing));
  const rgbAt = (x: number, y: number) => [...pixels.subarray((y * 64 + x) * 3, (y * 64 + x) * 3 + 3)];
  // 61 x 43 becomes 64 x 45, so rows 9 to 53 hold the picture.
  expect(rgbAt(0, 8)).toEqual([124, 116, 104]);
  expect(rgbAt(63, 54)).toEqual([124, 116, 104]);
  expect(rgbAt(0, 9)).not.toEqual([124, 116, 104]);
  expect(rgbAt(0, 53)).not.toEqual([124, 116, 104]);
  for (let c = 0; c < 3; c++) expect(Math.abs(tensor[c * 64 * 64] ?? 1)).toBeLessThan(0.01);
});
