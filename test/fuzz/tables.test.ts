/** Texts and tables of strangers: labels, names of classes, regions, recipes, arrays, and a run's own files. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { ClassNames } from '../../src/explain/class-names.ts';
import { readCocoLabels } from '../../src/producer/coco-labels.ts';
import { readLabelTable } from '../../src/producer/label-table.ts';
import { readCocoRegions } from '../../src/shared/picture/regions/coco.ts';
import { parseClassNames } from '../../src/shared/run/class-names.ts';
import { encodeNpy } from '../../src/shared/run/npy.ts';
import { decodeNpy } from '../../src/shared/run/npy-array.ts';
import { readNumpyFile } from '../../src/shared/run/numpy-file.ts';
import { readRecipeFile } from '../../src/shared/run/recipe/read-recipe.ts';
import { readEarlierRun } from '../../src/shared/run/run-file.ts';
import { openStore } from '../../src/shared/store/open-store.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { damaged, damagedText, fuzzing } from './damaged.ts';
import { Outcomes, readOrRefuse } from './outcome.ts';

/** Each reader gets the damaged text as a file of this name. */
async function files(name: string, seeds: readonly string[], read: (file: string) => unknown): Promise<void> {
  const file = join(await temporaryFolder(), name);
  const outcomes = new Outcomes();
  await fc.assert(
    fc.asyncProperty(damagedText(seeds), (text) =>
      readOrRefuse(outcomes, async () => {
        await writeFile(file, text);
        return read(file);
      }),
    ),
    fuzzing,
  );
  outcomes.check();
}

const names = new ClassNames(['red', 'green', 'blue'], 'classes.txt');

describe('what is damaged is read, or refused with a reason', () => {
  it('labels', async () => {
    const comma = 'key,label\na/1.png,red\n"b,2.png",green\nc.png,2\n';
    const cells = 'key,label\na.png,red|blue\nb.png,\n';
    const columns = 'key,red,green\na.png,1,0\nb.png,-1,\n';
    const tables = [comma, comma.replaceAll(',', ';'), comma.replaceAll(',', '\t'), cells, columns];
    const read = (file: string) =>
      readLabelTable(file, names, { multiLabel: undefined, separator: '|', values: undefined });
    await files('labels.csv', tables, read);
    const lists = '{"key":"a.png","label":["red",2]}\n{"key":"b.png","label":[]}\n';
    await files('labels.jsonl', ['{"key":"a.png","label":"red"}\n{"key":"b.png","label":2}\n', lists], read);
    const coco = {
      images: [{ id: 1, file_name: 'a.png' }],
      annotations: [{ image_id: 1, category_id: 7 }],
      categories: [{ id: 7, name: 'red' }],
    };
    await files('labels.json', [JSON.stringify(coco)], (file) => readCocoLabels(file, names));
  });

  it('names of classes', async () => {
    const lists = [
      'red\ngreen\nblue\n',
      '["red","green"]',
      '{"0":["n01","red"],"1":["n02","green"]}',
      '{"red":0,"green":1}',
      "{'red': 0, 'green': 1}",
      'n01 red, scarlet\nn02 green\n',
    ];
    const outcomes = new Outcomes();
    await fc.assert(
      fc.asyncProperty(damagedText(lists), (text) =>
        readOrRefuse(outcomes, () => parseClassNames(text, 'classes.txt')),
      ),
      fuzzing,
    );
    outcomes.check();
  });

  it('regions', async () => {
    const coco = {
      images: [{ id: 1, file_name: 'a.png', width: 8, height: 8 }],
      annotations: [
        { image_id: 1, category_id: 1, bbox: [1, 1, 3, 3] },
        { image_id: 1, category_id: 2, segmentation: [[0, 0, 4, 0, 4, 4]] },
        { image_id: 1, category_id: 1, segmentation: { counts: [3, 5, 56], size: [8, 8] } },
        { image_id: 1, category_id: 1, segmentation: { counts: '35h1', size: [8, 8] } },
      ],
      categories: [
        { id: 1, name: 'red' },
        { id: 2, name: 'green' },
      ],
    };
    await files('regions.json', [JSON.stringify(coco)], (file) =>
      readCocoRegions({ file, categories: 'name' }, ['red', 'green', 'blue']),
    );
  });

  it('recipes', async () => {
    const processor = {
      image_processor_type: 'ViTImageProcessor',
      size: { height: 224, width: 224 },
      resample: 2,
      do_resize: true,
      do_normalize: true,
      do_rescale: true,
      rescale_factor: 0.00392,
      image_mean: [0.5, 0.5, 0.5],
      image_std: [0.5, 0.5, 0.5],
    };
    const timm = {
      architecture: 'resnet18',
      pretrained_cfg: {
        input_size: [3, 224, 224],
        interpolation: 'bicubic',
        crop_pct: 0.9,
        mean: [0.5, 0.5, 0.5],
        std: [0.5, 0.5, 0.5],
      },
    };
    await files('recipe.json', [JSON.stringify(processor), JSON.stringify(timm)], readRecipeFile);
    await files(
      'recipe.txt',
      [
        'Compose(\n    Resize(size=256, interpolation=bilinear, max_size=None, antialias=True)\n    CenterCrop(size=(224, 224))\n    ToTensor()\n    Normalize(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225])\n)\n',
      ],
      readRecipeFile,
    );
  });

  it('arrays', async () => {
    const arrays = [
      encodeNpy(
        Float32Array.from({ length: 24 }, (_, i) => i),
        [2, 3, 4],
      ),
      encodeNpy(new Float32Array(3), [3]),
    ];
    const outcomes = new Outcomes();
    await fc.assert(
      fc.asyncProperty(damaged(arrays), async (bytes) => {
        await readOrRefuse(outcomes, () => decodeNpy(bytes, 'a.npy'));
        await readOrRefuse(outcomes, () => readNumpyFile(bytes));
      }),
      fuzzing,
    );
    outcomes.check();
  });

  it("a run's run.json", async () => {
    const folder = await temporaryFolder();
    const run = {
      run: '20260101-000000-abcdef',
      state: 'complete',
      started: '2026-01-01T00:00:00.000Z',
      configuration: { layers: ['last'] },
      digests: { model: 'a', classes: null },
    };
    const outcomes = new Outcomes();
    await fc.assert(
      fc.asyncProperty(damagedText([JSON.stringify(run, null, 2)]), (text) =>
        readOrRefuse(outcomes, async () => {
          await writeFile(join(folder, 'run.json'), text);
          return readEarlierRun(await openStore(folder));
        }),
      ),
      fuzzing,
    );
    outcomes.check();
  });
});
