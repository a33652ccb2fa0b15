/** What the samples of a picture become for the model with each preset. */

import { describe, expect, test } from 'vitest';
import type { ModelInput } from '../../../../src/explain/explanation.ts';
import { scaledPixels } from '../../../../src/explain/pixel-input.ts';
import type { PreprocessSettings } from '../../../../src/shared/run/configuration.ts';
import { decodeImage } from '../../../../src/worker/pipeline/decode/decode.ts';
import { resolvePreprocessing } from '../../../../src/worker/pipeline/decode/preprocessing.ts';
import { png } from './golden-pixels.ts';

/** Two pixels, left and right, whose six samples all differ. */
const rows = [
  [
    [255, 0, 51],
    [102, 204, 153],
  ],
];
const size = { height: 1, width: 2 };
const input: ModelInput = { name: 'image', layout: 'NCHW', channels: 3, ...size };

async function valuesOf(
  settings: Omit<PreprocessSettings, 'fit'>,
  layout: ModelInput['layout'] = 'NCHW',
): Promise<number[]> {
  const preprocessing = resolvePreprocessing({ ...settings, fit: 'none' }, size);
  const { pixels } = await decodeImage(await png(rows), preprocessing);
  return [...scaledPixels(pixels, preprocessing, { ...input, layout })];
}

function expectClose(actual: number[], expected: number[]): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 5);
  });
}

describe('values of each preset, channel by channel', () => {
  test('imagenet and fastai', async () => {
    const expected = [
      ...[(1 - 0.485) / 0.229, (0.4 - 0.485) / 0.229],
      ...[(0 - 0.456) / 0.224, (0.8 - 0.456) / 0.224],
      ...[(0.2 - 0.406) / 0.225, (0.6 - 0.406) / 0.225],
    ];
    expectClose(await valuesOf({ preset: 'imagenet' }), expected);
    expectClose(await valuesOf({ preset: 'fastai' }), expected);
  });

  test('caffe: blue first, minus 104, 117, 123', async () => {
    expect(await valuesOf({ preset: 'caffe' })).toEqual([
      51 - 104,
      153 - 104,
      0 - 117,
      204 - 117,
      255 - 123,
      102 - 123,
    ]);
  });

  test('tf: -1 to 1', async () => {
    expectClose(await valuesOf({ preset: 'tf' }), [1, -0.2, -1, 0.6, -0.6, 0.2]);
  });

  test('none: 0 to 255', async () => {
    expect(await valuesOf({ preset: 'none' })).toEqual([255, 102, 0, 204, 51, 153]);
  });
});

test('NHWC keeps the channels of a pixel together', async () => {
  expect(await valuesOf({ preset: 'none' }, 'NHWC')).toEqual([255, 0, 51, 102, 204, 153]);
  expect(await valuesOf({ preset: 'none', channels: 'bgr' }, 'NHWC')).toEqual([51, 0, 255, 153, 204, 102]);
});

test('mean and std are applied in the order of the channels', async () => {
  const settings: PreprocessSettings = { preset: 'none', channels: 'bgr', mean: [1, 2, 3], std: [1, 2, 4] };
  expect(await valuesOf(settings)).toEqual([50, 152, -1, 101, 63, 24.75]);
});

test('one channel uses the average of mean and std', async () => {
  const one = { height: 1, width: 1 };
  const preprocessing = resolvePreprocessing({ preset: 'none', mean: [1, 2, 3], std: [1, 2, 3] }, one);
  const { pixels } = await decodeImage(await png([[[40, 40, 40]]]), preprocessing, { channels: 1 });
  expect([...scaledPixels(pixels, preprocessing, { ...input, ...one, channels: 1 })]).toEqual([19]);
});

describe('memory that another thread reads', () => {
  const preprocessing = resolvePreprocessing({ preset: 'none' }, size);

  test('is filled in place, and only where the image belongs', async () => {
    const shared = new Uint8Array(new SharedArrayBuffer(18)).fill(7);
    const decoded = await decodeImage(await png(rows), preprocessing, { target: shared.subarray(6, 12) });
    expect([...shared]).toEqual([...Array(6).fill(7), 255, 0, 51, 102, 204, 153, ...Array(6).fill(7)]);
    expect(decoded.pixels.buffer).toBe(shared.buffer);
    expect(decoded.pixels.byteOffset).toBe(6);
  });

  test('that is too short is refused before anything is written', async () => {
    const target = new Uint8Array(4);
    await expect(decodeImage(await png(rows), preprocessing, { target })).rejects.toThrow('The target holds 4 bytes');
    expect([...target]).toEqual(Array(4).fill(0));
  });
});
