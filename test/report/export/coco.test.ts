import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { FileStore } from '../../../src/shared/store/file-store.ts';
import { temporaryFolder } from '../../shared/temporary-folder.ts';
import { outputOf } from '../hand-made.ts';
import { exported, findings, heatmap, hostile, madeOutput, occurring, records } from './handed-over.ts';

const cocoFile = z.object({
  images: z.array(z.looseObject({ id: z.int(), file_name: z.string(), width: z.int(), height: z.int() })),
  categories: z.array(z.object({ id: z.int().min(1), name: z.string(), supercategory: z.string() })),
  annotations: z.array(
    z.looseObject({
      id: z.int(),
      image_id: z.int(),
      category_id: z.int(),
      bbox: z.array(z.number()).length(4),
      area: z.number().positive(),
      segmentation: z.array(z.array(z.number()).min(6)),
      iscrowd: z.literal(0),
    }),
  ),
});

describe('COCO', () => {
  test('boxes made from maps lie in the original and say so', async () => {
    const { json, notes } = await exported('coco', await madeOutput());
    const { images, categories, annotations } = cocoFile.parse(await json('instances.json'));
    expect(images.map(({ id, file_name }) => [id, file_name])).toEqual([
      [1, 'cat/a.jpg'],
      [2, hostile],
      [3, 'fox/c.jpg'],
      [4, 'dog/d.jpg'],
    ]);
    expect(categories.map(({ id, name }) => [id, name])).toEqual(occurring.map((name, at) => [at + 1, name]));
    // Of the part that the model saw, one quarter each: from 8 to 56 across, all of it down.
    expect(annotations.map(({ image_id, category_id, bbox }) => [image_id, category_id, bbox])).toEqual([
      [1, 1, [8, 0, 24, 24]],
      [2, 1, [32, 0, 24, 24]],
      [3, 3, [8, 24, 24, 24]],
      [4, 1, [32, 24, 24, 24]],
    ]);
    for (const annotation of annotations) {
      expect(annotation.made_by).toEqual({ map: findings.analysed });
      expect(annotation.area).toBe(24 * 24);
    }
    expect(await json('results.json')).toEqual([
      { image_id: 1, category_id: 1, bbox: [8, 0, 24, 24], score: 0.8 },
      { image_id: 2, category_id: 1, bbox: [32, 0, 24, 24], score: 0.75 },
      { image_id: 3, category_id: 3, bbox: [8, 24, 24, 24], score: 0.5 },
      { image_id: 4, category_id: 1, bbox: [32, 24, 24, 24], score: 0.6 },
    ]);
    expect(notes.join(' ')).toMatch(/4 boxes are made by the map of layer4 .*no labels/);
  });

  test("the run's own regions come before boxes of maps", async () => {
    const output = await madeOutput();
    const regions = {
      // Annotated at half the size.
      images: [{ id: 9, file_name: 'dog/d.jpg', width: 32, height: 24 }],
      categories: [{ id: 5, name: 'dog' }],
      annotations: [
        { image_id: 9, category_id: 5, bbox: [2, 3, 10, 4] },
        { image_id: 9, category_id: 5, segmentation: [[0, 0, 8, 0, 0, 6]] },
        // Columns of 24 cells: cells 2 and 3 of the second column.
        { image_id: 9, category_id: 5, segmentation: { counts: [26, 2, 740], size: [24, 32] } },
      ],
    };
    const folder = new FileStore(await temporaryFolder());
    await folder.put('regions.json', JSON.stringify(regions), 'application/json');
    const runFile = JSON.parse((await output.get('run.json')).toString('utf8'));
    runFile.configuration.regions = { file: `${folder.location}/regions.json`, categories: 'name' };
    await output.put('run.json', JSON.stringify(runFile), 'application/json');

    const { json } = await exported('coco', output);
    const { annotations } = cocoFile.parse(await json('instances.json'));
    expect(
      annotations.map(({ image_id, category_id, bbox, area, made_by }) => ({
        image_id,
        category_id,
        bbox,
        area,
        made_by,
      })),
    ).toEqual(
      [
        { bbox: [4, 6, 20, 8], area: 160 },
        { bbox: [0, 0, 16, 12], area: 96 },
        { bbox: [2, 4, 2, 4], area: 8 },
      ].map((shape) => ({ image_id: 4, category_id: 2, made_by: { regions: true }, ...shape })),
    );
    expect(await json('results.json')).toHaveLength(4);
  });

  test('records that do not say what the model saw are laid over whole images, and a note says so', async () => {
    const unplaced = records.map((record) =>
      record.status === 'done' ? { ...record, image: { width: 64, height: 48 } } : record,
    );
    const { json, notes } = await exported('coco', await outputOf({ shards: [unplaced], heatmap }));
    expect(cocoFile.parse(await json('instances.json')).annotations[0]?.bbox).toEqual([0, 0, 32, 24]);
    expect(notes.join(' ')).toContain('do not say what of each image');
  });
});
