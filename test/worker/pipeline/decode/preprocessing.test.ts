import { describe, expect, test } from 'vitest';
import { UserError } from '../../../../src/explain/user-error.ts';
import type { PreprocessSettings } from '../../../../src/shared/run/configuration.ts';
import { resolvePreprocessing } from '../../../../src/worker/pipeline/decode/preprocessing.ts';

describe('what the settings leave out', () => {
  test('comes from the preset, with a size of 224', () => {
    expect(resolvePreprocessing({ preset: 'caffe' })).toEqual({
      size: { height: 224, width: 224 },
      fit: 'crop',
      resize: 256,
      keepsSize: true,
      cropCorner: 'even',
      resampling: { filter: 'bilinear', antialias: true, columnsFirst: false },
      ground: { colour: 'mean', at: 'both' },
      range: [0, 255],
      mean: [104, 117, 123],
      std: [1, 1, 1],
      channels: 'bgr',
    });
  });

  test('takes the size from the model, and a given size wins over it', () => {
    const model = { height: 299, width: 299 };
    expect(resolvePreprocessing({ preset: 'tf' }, model).size).toEqual(model);
    expect(resolvePreprocessing({ preset: 'tf', size: { height: 96, width: 128 } }, model).size).toEqual({
      height: 96,
      width: 128,
    });
  });

  test.each([
    [224, 256],
    [299, 342],
    [384, 439],
    [192, 219],
  ])('scales the side before the crop with a size of %i to %i', (size, resize) => {
    expect(resolvePreprocessing({ preset: 'imagenet' }, { height: size, width: size }).resize).toBe(resize);
  });

  test('keeps single settings over the preset', () => {
    const settings: PreprocessSettings = {
      preset: 'imagenet',
      resize: 232,
      mean: [0.5, 0.4, 0.3],
      std: [1, 2, 3],
      channels: 'bgr',
    };
    expect(resolvePreprocessing(settings)).toMatchObject({
      resize: 232,
      mean: [0.5, 0.4, 0.3],
      std: [1, 2, 3],
      channels: 'bgr',
    });
  });

  test('turns mean and std of the preset round with the channels', () => {
    expect(resolvePreprocessing({ preset: 'imagenet', channels: 'bgr' })).toMatchObject({
      mean: [0.406, 0.456, 0.485],
      std: [0.225, 0.224, 0.229],
    });
    expect(resolvePreprocessing({ preset: 'caffe', channels: 'rgb' }).mean).toEqual([123, 117, 104]);
  });
});

describe('settings that contradict each other are refused', () => {
  const cases: [string, PreprocessSettings, RegExp][] = [
    [
      'a crop larger than what is cut',
      { preset: 'imagenet', resize: 200 },
      /resize 200 is smaller than the size of 224/,
    ],
    [
      'a resize without a crop',
      { preset: 'imagenet', fit: 'pad', resize: 256 },
      /resize 256 has no meaning with fit pad/,
    ],
    ['a std of zero', { preset: 'tf', std: [1, 0, 1] }, /std 1,0,1 divides by zero/],
    ['an empty range', { preset: 'tf', range: [1, 1] }, /range 1 to 1/],
    [
      'a range in other units than mean and std',
      { preset: 'imagenet', range: [0, 255] },
      /mean and std of imagenet are meant for/,
    ],
    ['a size that is no count', { preset: 'tf', size: { height: 0, width: 10 } }, /size 0 x 10/],
  ];
  test.each(cases)('%s', (_, settings, message) => {
    expect(() => resolvePreprocessing(settings)).toThrow(UserError);
    expect(() => resolvePreprocessing(settings)).toThrow(message);
  });

  test('but another range with its own mean and std is fine', () => {
    const settings: PreprocessSettings = { preset: 'imagenet', range: [0, 255], mean: [0, 0, 0], std: [1, 1, 1] };
    expect(resolvePreprocessing(settings).range).toEqual([0, 255]);
  });
});
