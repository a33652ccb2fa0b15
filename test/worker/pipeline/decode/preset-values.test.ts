import { describe, expect, test } from 'vitest';
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

async function tensorOf(
  settings: Omit<PreprocessSettings, 'fit'>,
  layout: 'NCHW' | 'NHWC' = 'NCHW',
): Promise<number[]> {
  const decoded = await decodeImage(await png(rows), resolvePreprocessing({ ...settings, fit: 'none' }, size), layout);
  return [...decoded.tensor];
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
    expectClose(await tensorOf({ preset: 'imagenet' }), expected);
    expectClose(await tensorOf({ preset: 'fastai' }), expected);
  });

  test('caffe: blue first, minus 104, 117, 123', async () => {
    expect(await tensorOf({ preset: 'caffe' })).toEqual([
      51 - 104,
      153 - 104,
      0 - 117,
      204 - 117,
      255 - 123,
      102 - 123,
    ]);
  });

  test('tf: -1 to 1', async () => {
    expectClose(await tensorOf({ preset: 'tf' }), [1, -0.2, -1, 0.6, -0.6, 0.2]);
  });

  test('none: 0 to 255', async () => {
    expect(await tensorOf({ preset: 'none' })).toEqual([255, 102, 0, 204, 51, 153]);
  });
});

test('NHWC keeps the channels of a pixel together', async () => {
  expect(await tensorOf({ preset: 'none' }, 'NHWC')).toEqual([255, 0, 51, 102, 204, 153]);
  expect(await tensorOf({ preset: 'none', channels: 'bgr' }, 'NHWC')).toEqual([51, 0, 255, 153, 204, 102]);
});

test('mean and std are applied in the order of the channels', async () => {
  const settings: PreprocessSettings = { preset: 'none', channels: 'bgr', mean: [1, 2, 3], std: [1, 2, 4] };
  expect(await tensorOf(settings)).toEqual([50, 152, -1, 101, 63, 24.75]);
});

test('one channel uses the average of mean and std', async () => {
  const preprocessing = resolvePreprocessing(
    { preset: 'none', mean: [1, 2, 3], std: [1, 2, 3] },
    { height: 1, width: 1 },
  );
  const decoded = await decodeImage(await png([[[40, 40, 40]]]), preprocessing, 'NCHW', { channels: 1 });
  expect([...decoded.tensor]).toEqual([19]);
});

describe('a batch', () => {
  const preprocessing = resolvePreprocessing({ preset: 'none' }, size);

  test('is filled in place, and only where the image belongs', async () => {
    const batch = new Float32Array(18).fill(-7);
    const decoded = await decodeImage(await png(rows), preprocessing, 'NCHW', { target: batch, offset: 6 });
    expect([...batch]).toEqual([...Array(6).fill(-7), 255, 102, 0, 204, 51, 153, ...Array(6).fill(-7)]);
    expect(decoded.tensor.buffer).toBe(batch.buffer);
    expect(decoded.tensor.byteOffset).toBe(24);
  });

  test('that is too short is refused before anything is written', async () => {
    const batch = new Float32Array(10);
    const decoding = decodeImage(await png(rows), preprocessing, 'NCHW', { target: batch, offset: 6 });
    await expect(decoding).rejects.toThrow('The target holds 10 values');
    expect([...batch]).toEqual(Array(10).fill(0));
  });
});
