import { describe, expect, test } from 'vitest';
import {
  type Region,
  type RegionShape,
  regionMask,
  type SeenPicture,
} from '../../../../src/shared/picture/regions/region-mask.ts';
import { planGeometry } from '../../../../src/worker/pipeline/decode/geometry.ts';
import type { Preprocessing } from '../../../../src/worker/pipeline/decode/preprocessing.ts';
import { resolvePreprocessing } from '../../../../src/worker/pipeline/decode/preprocessing.ts';

const small = { width: 8, height: 6 };
/** What a model sees that takes pictures as they are. */
const asItIs: SeenPicture = { ...small, original: small, placement: { left: 0, top: 0, ...small } };

const region = (shape: RegionShape, image: Region['image'] = null): Region => ({ image, shape });

function rows(mask: Uint8Array, width: number): string[] {
  const text = [...mask].join('');
  return Array.from({ length: mask.length / width }, (_, row) => text.slice(row * width, (row + 1) * width));
}

test('a box holds the pixels whose centres lie in it', () => {
  const mask = regionMask([region({ kind: 'box', left: 1, top: 2, width: 3.6, height: 2 })], asItIs);
  expect(rows(mask, 8)).toEqual(['00000000', '00000000', '01111000', '01111000', '00000000', '00000000']);
});

test('a polygon holds what lies between its edges, and all polygons of a region count', () => {
  const triangle = [0, 0, 6, 0, 0, 6];
  const square = [6, 3, 8, 3, 8, 5, 6, 5];
  const mask = regionMask([region({ kind: 'polygons', polygons: [triangle, square] })], asItIs);
  expect(rows(mask, 8)).toEqual(['11111000', '11110000', '11100000', '11000011', '10000011', '00000000']);
});

test('a polygon that turns back into itself has no hole at its corners', () => {
  const bent = [0, 0, 8, 0, 8, 6, 6, 6, 6, 2, 2, 2, 2, 6, 0, 6];
  const mask = regionMask([region({ kind: 'polygons', polygons: [bent] })], asItIs);
  expect(rows(mask, 8)).toEqual(['11111111', '11111111', '11000011', '11000011', '11000011', '11000011']);
});

test('runs go down the columns', () => {
  const counts = [6, 2, 10, 6, 24];
  const mask = regionMask([region({ kind: 'runs', counts, size: small })], asItIs);
  expect(rows(mask, 8)).toEqual(['01010000', '01010000', '00010000', '00010000', '00010000', '00010000']);
});

test('regions of an image that was annotated at another size are scaled', () => {
  const mask = regionMask(
    [region({ kind: 'box', left: 8, top: 6, width: 8, height: 6 }, { width: 16, height: 12 })],
    asItIs,
  );
  expect(rows(mask, 8)).toEqual([...Array(3).fill('00000000'), ...Array(3).fill('00001111')]);
});

describe.each([
  [
    { preset: 'imagenet', size: { height: 24, width: 24 } },
    { width: 100, height: 60 },
  ],
  [
    { preset: 'fastai', size: { height: 24, width: 36 } },
    { width: 90, height: 120 },
  ],
  [
    { preset: 'imagenet', size: { height: 24, width: 24 }, fit: 'squish' },
    { width: 100, height: 60 },
  ],
  [
    { preset: 'imagenet', size: { height: 24, width: 24 }, fit: 'pad' },
    { width: 100, height: 60 },
  ],
] as [Parameters<typeof resolvePreprocessing>[0], { width: number; height: number }][])(
  'with %j',
  (settings, original) => {
    const preprocessing: Preprocessing = resolvePreprocessing(settings);
    const { size } = preprocessing;
    const geometry = planGeometry(original, preprocessing);
    const seen: SeenPicture = { ...size, original, placement: geometry.placement };

    test('a box lies where its part of the original went', () => {
      const box = { kind: 'box', left: 35, top: 20, width: 20, height: 25 } as const;
      const { box: part, size: resized, window, offset } = geometry;
      // Where a place of the original comes to lie, by the steps of the preprocessing.
      const across = (x: number) => ((x - part.left) * resized.width) / part.width - window.left + offset.left;
      const down = (y: number) => ((y - part.top) * resized.height) / part.height - window.top + offset.top;
      const expected = Array.from({ length: size.height * size.width }, (_, i) => {
        const [x, y] = [(i % size.width) + 0.5, Math.floor(i / size.width) + 0.5];
        const isAcross = x >= across(box.left) && x < across(box.left + box.width);
        return isAcross && y >= down(box.top) && y < down(box.top + box.height) ? 1 : 0;
      });
      const mask = regionMask([region(box)], seen);
      expect(rows(mask, size.width)).toEqual(rows(Uint8Array.from(expected), size.width));
      expect(expected).toContain(1);
    });
  },
);
