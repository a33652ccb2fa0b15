import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readCocoRegions } from '../../../../src/shared/picture/regions/coco.ts';
import type { RegionSettings } from '../../../../src/shared/run/configuration.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const images = [
  { id: 10, file_name: 'val/cat.jpg', width: 100, height: 60 },
  { id: 11, file_name: 'dog.jpg' },
  { id: 12, file_name: 'a/twice.jpg' },
  { id: 13, file_name: 'b/twice.jpg' },
];
const annotations = [
  { image_id: 10, category_id: 1, bbox: [1, 2, 3, 4] },
  { image_id: 10, category_id: 1, bbox: [5, 6, 7, 8], segmentation: [[0, 0, 9, 0, 9, 9]] },
  { image_id: 11, category_id: 2, bbox: [0, 0, 5, 5], segmentation: [] },
  { image_id: 12, category_id: 2, segmentation: { counts: [1, 2, 3], size: [2, 3] } },
  { image_id: 13, category_id: 2, segmentation: { counts: '013', size: [2, 3] } },
  { image_id: 10, category_id: 9, bbox: [0, 0, 1, 1] },
  { image_id: 11, category_id: 1 },
];
const categories = [
  { id: 1, name: 'Tabby_cat' },
  { id: 2, name: 'dog' },
  { id: 9, name: 'giraffe' },
];
const classNames = ['owl', 'tabby cat', 'dog'];

async function read(
  content: unknown,
  rule: RegionSettings['categories'] = 'name',
  names: string[] | null = classNames,
) {
  const file = join(await temporaryFolder(), 'instances.json');
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return readCocoRegions({ file, categories: rule }, names);
}

test('categories are classes by name, whatever case and underscores; others are named', async () => {
  const regions = await read({ images, annotations, categories });
  expect(regions.ofImage('val/cat.jpg').get(1) ?? []).toEqual([
    { image: { width: 100, height: 60 }, shape: { kind: 'box', left: 1, top: 2, width: 3, height: 4 } },
    { image: { width: 100, height: 60 }, shape: { kind: 'polygons', polygons: [[0, 0, 9, 0, 9, 9]] } },
  ]);
  expect(regions.ofImage('val/cat.jpg').get(2) ?? []).toEqual([]);
  expect(regions.unknown).toEqual(['giraffe']);
});

test('a box stands in for masks that are empty; an annotation with neither is left out', async () => {
  const regions = await read({ images, annotations, categories });
  expect(regions.ofImage('dog.jpg').get(2) ?? []).toEqual([
    { image: null, shape: { kind: 'box', left: 0, top: 0, width: 5, height: 5 } },
  ]);
  expect(regions.ofImage('dog.jpg').get(1) ?? []).toEqual([]);
});

test('run lengths are read as numbers and as text', async () => {
  const regions = await read({ images, annotations, categories });
  const size = { height: 2, width: 3 };
  expect(regions.ofImage('a/twice.jpg').get(2) ?? []).toEqual([
    { image: null, shape: { kind: 'runs', counts: [1, 2, 3], size } },
  ]);
  expect(regions.ofImage('b/twice.jpg').get(2) ?? []).toEqual([
    { image: null, shape: { kind: 'runs', counts: [0, 1, 3], size } },
  ]);
});

test.each([
  ['cat.jpg', 1, 2],
  ['set/val/cat.jpg', 1, 2],
  ['animals/dog.jpg', 2, 1],
  ['hotdog.jpg', 2, 0],
  ['twice.jpg', 2, 0],
  ['c/twice.jpg', 2, 0],
])('%s finds its image by how the names end, if only one fits', async (key, explained, count) => {
  const regions = await read({ images, annotations, categories });
  expect(regions.ofImage(key).get(explained) ?? []).toHaveLength(count);
});

test.each([
  ['index', 1, 2],
  ['index', 9, 1],
  ['index-from-1', 0, 2],
  ['index-from-1', 8, 1],
] as const)('with the rule %s, class %i', async (rule, explained, count) => {
  const regions = await read({ images, annotations }, rule, null);
  expect(regions.ofImage('val/cat.jpg').get(explained) ?? []).toHaveLength(count);
});

describe('what cannot be used is refused', () => {
  test.each([
    ['no file', null, /no regions at .*Check --regions/],
    ['no JSON', 'images: []', /COCO's format: the file is not JSON/],
    ['no annotations', { images: [] }, /COCO's format: annotations: /],
    ['a broken box', { images: [], annotations: [{ image_id: 1, category_id: 1, bbox: [1] }] }, /annotations\.0\.bbox/],
    [
      'no class',
      { images, annotations, categories: [{ id: 1, name: 'giraffe' }] },
      /None of the 1 categories .*'giraffe'.*--region-categories index/,
    ],
  ])('%s', async (_, content, message) => {
    const attempt =
      content === null ? readCocoRegions({ file: '/nowhere/r.json', categories: 'name' }, classNames) : read(content);
    await expect(attempt).rejects.toMatchObject({ name: 'UserError', code: 'bad-regions' });
    await expect(attempt).rejects.toThrow(message);
  });

  test('names without the names of the classes', async () => {
    await expect(read({ images, annotations, categories }, 'name', null)).rejects.toThrow(
      /--classes, or --region-categories index/,
    );
  });
});
