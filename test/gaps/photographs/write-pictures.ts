/**
 * Writes what train.py reads: `node dist-tools/test/gaps/photographs/write-pictures.js <split> <photographs> <folder> [<set>,<set>,...]`.
 * `<photographs>` holds `labels.csv` and `photos`.
 */

import { mkdir, open, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drawPicture } from './draw-picture.ts';
import { Photographs } from './photographs.ts';
import { type Backbone, namesOf, type PhotographSet, planSet } from './plan.ts';

/** What `gradline run` is told for each backbone. `resize` is the input's side: no border is cut off. */
const settings: Record<Backbone, { preprocess: string; size: number; resize: number; layers: readonly string[] }> = {
  squeezenet: { preprocess: 'caffe', size: 224, resize: 224, layers: ['features.6', 'features.10', 'features.12'] },
  lite0: { preprocess: 'tf', size: 224, resize: 224, layers: ['_blocks.4', '_blocks.10', '_swish_1'] },
};

/**
 * `<folder>/<set>/pictures` are validation pictures, `training.bin` is uint8 `[n, 256, 256, 3]`, `plan.json` comes last.
 */
async function writeSet(photographs: Photographs, set: PhotographSet, folder: string): Promise<void> {
  const place = join(folder, set.name);
  const { preprocess, size, resize, layers } = settings[set.backbone];
  for (const subject of set.classes) await mkdir(join(place, 'pictures', subject), { recursive: true });
  const pictures = [];
  for (const plan of set.validation) {
    const { picture, region } = await drawPicture(photographs, set, 'validation', plan);
    const { key, subject, fault, carries, harmless } = plan;
    await writeFile(join(place, 'pictures', key), await picture.png());
    pictures.push({ key, class: subject, fault, carries, where: region, harmless });
  }
  await using training = await open(join(place, 'training.bin'), 'w');
  for (const plan of set.training) {
    const { picture } = await drawPicture(photographs, set, 'training', plan);
    await training.write(picture.bytes);
  }
  await writeFile(join(place, 'classes.txt'), `${set.classes.join('\n')}\n`);
  const plan = {
    name: set.name,
    split: set.split,
    backbone: set.backbone,
    preprocess,
    size,
    resize,
    classes: set.classes,
    layers,
    faults: set.faults.map(({ kind, subject, description, share }) => ({ kind, subject, description, share })),
    harmless: set.harmless.map(({ kind, description, share }) => ({ kind, description, share })),
    pictures,
    training: set.training.map(({ key, subject, carries, harmless }) => ({ key, class: subject, carries, harmless })),
  };
  await writeFile(join(place, 'plan.json.part'), JSON.stringify(plan));
  await rename(join(place, 'plan.json.part'), join(place, 'plan.json'));
}

const [split, photos, folder, only] = process.argv.slice(2);
if ((split !== 'development' && split !== 'test') || photos === undefined || folder === undefined) {
  console.error('Usage: write-pictures <development|test> <folder of photographs> <folder> [<set>,<set>,...]');
  process.exitCode = 2;
} else {
  const photographs = await Photographs.open(photos);
  for (const name of only?.split(',') ?? namesOf(split)) {
    const set = planSet(name, photographs.all);
    await mkdir(join(folder, name), { recursive: true });
    await writeSet(photographs, set, folder);
    console.log(
      `${name}: ${set.backbone}, ${set.classes.join(' | ')}, ${set.training.length} training pictures, ${set.validation.length} for validation`,
    );
    for (const { kind, subject, description } of set.faults) console.log(`    ${kind} on ${subject}: ${description}`);
  }
}
