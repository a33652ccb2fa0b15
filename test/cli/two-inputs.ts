/** The tiny project's pictures, with a model that takes patient data besides. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ElementType } from '../../src/explain/onnx/element-type.ts';
import { TinyModel } from '../explain/tiny-model.ts';
import { colors } from './tiny-model.ts';

/** Input with two numbers a picture. */
export const patient = 'age_sex';

/** Writes a model whose logits are each colour's mean plus `age`, `sex` and `-age`; returns its path. */
export function writeTwoInputs(folder: string): Promise<string> {
  const model = new TinyModel();
  model.input(['n', 3, 8, 8], 'image');
  model.input(['n', 2], patient);
  const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1];
  const features = model.node(
    'Relu',
    [model.node('Conv', ['image', model.weight('first', [3, 3, 1, 1], identity)], { name: '/layer1/Conv' })],
    { name: '/layer1/Relu' },
  );
  const flat = model.node('Flatten', [model.node('GlobalAveragePool', [features])]);
  const added = model.node('MatMul', [patient, model.weight('more', [2, 3], [1, 0, -1, 0, 1, 0])]);
  return model.output(model.node('Add', [flat, added])).write(folder, 'two-inputs.onnx');
}

/** Input with a whole number a picture. */
export const site = 'site';

/**
 * Writes a model whose logits are each colour's mean plus a row of a table of 5, which the site chooses: as it is, or as what is left of 4 when it
 * is divided by it.
 */
export function writeSites(folder: string, use: 'chosen' | 'divides'): Promise<string> {
  const model = new TinyModel();
  model.input(['n', 3, 8, 8], 'image');
  const number = model.input(['n'], site, ElementType.int64);
  const features = model.node('Relu', [model.conv('image', '/layer1/Conv', 3, 3)], { name: '/layer1/Relu' });
  const flat = model.node('Flatten', [model.node('GlobalAveragePool', [features])]);
  const row = use === 'chosen' ? number : model.node('Mod', [model.ints('four', [4]), number], { name: '/site/Mod' });
  const chosen = model.node('Gather', [model.weight('sites', [5, 3]), row]);
  return model.output(model.node('Add', [flat, chosen])).write(folder, `${use}.onnx`);
}

/** A table with the site of each picture of the tiny project; returns its path. */
export async function writeSitesOf(folder: string, sites: readonly number[]): Promise<string> {
  const file = join(folder, 'sites.csv');
  const rows = sites.map((own, index) => `${colors[index % 3]}/${String(index).padStart(4, '0')}.png,${own}\n`);
  await writeFile(file, `key,site\n${rows.join('')}`);
  return file;
}

/** Age and sex of the picture with this number. */
export function ageAndSex(index: number): [number, number] {
  return [(index % 7) / 10, index % 2];
}

/** A table with a row for each picture of the tiny project; returns its path. */
export async function writePatients(
  folder: string,
  count: number,
  change: (index: number) => [number, number] = ageAndSex,
): Promise<string> {
  const file = join(folder, 'patients.csv');
  const rows = Array.from({ length: count }, (_, index) => {
    const [age, sex] = change(index);
    return `${colors[index % 3]}/${String(index).padStart(4, '0')}.png,${age},site ${index},${sex === 1}\n`;
  });
  await writeFile(file, `key,age,site,sex\n${rows.toReversed().join('')}`);
  return file;
}
