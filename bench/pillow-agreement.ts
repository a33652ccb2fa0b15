/**
 * How far our preprocessing is from Pillow's and torchvision's, over a folder of real photos.
 *
 *     PYTHON=/usr/bin/python3 npm run bench:pillow -- <folder of photos>
 *
 * `PYTHON` names an interpreter with the packages that test/oracle/preprocess.py lists.
 * Prints per recipe the mean absolute difference over all photos and the worst photo's, in levels of 255, and the time of ours.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PreprocessSettings } from '../src/shared/run/configuration.ts';
import { decodeImage } from '../src/worker/pipeline/decode/decode.ts';
import { configureImageLibrary } from '../src/worker/pipeline/decode/image-library.ts';
import { resolvePreprocessing } from '../src/worker/pipeline/decode/preprocessing.ts';
import { packageFolder } from './machine.ts';
import { pixelDifference } from './pixels/pixel-difference.ts';

const recipes: Record<string, { settings: PreprocessSettings; channels: 1 | 3 }> = {
  imagenet: { settings: { preset: 'imagenet' }, channels: 3 },
  fastai: { settings: { preset: 'fastai' }, channels: 3 },
  squish: { settings: { preset: 'imagenet', fit: 'squish' }, channels: 3 },
  'imagenet-grey': { settings: { preset: 'imagenet' }, channels: 1 },
};

const folder = process.argv[2];
if (folder === undefined) throw new Error('Give the folder of photos: npm run bench:pillow -- <folder>');
configureImageLibrary();
const references = await mkdtemp(join(tmpdir(), 'pillow-agreement-'));
try {
  const oracle = join(packageFolder, 'test/oracle/preprocess.py');
  await promisify(execFile)(process.env.PYTHON ?? 'python3', [oracle, 'photos', folder, references]);
  const names = (await readdir(folder)).sort();
  const photos = new Map<string, Buffer>();
  for (const name of names) photos.set(name, await readFile(join(folder, name)));
  const rows: Record<string, object> = {};
  for (const [recipe, { settings, channels }] of Object.entries(recipes)) {
    const preprocessing = resolvePreprocessing(settings);
    const differences: { name: string; mean: number; most: number }[] = [];
    let milliseconds = 0;
    for (const [name, bytes] of photos) {
      const start = performance.now();
      const { pixels } = await decodeImage(bytes, preprocessing, { channels });
      milliseconds += performance.now() - start;
      const reference = await readFile(join(references, `${name}.${recipe}.rgb`));
      differences.push({ name, ...pixelDifference(pixels, reference) });
    }
    const worst = differences.reduce((a, b) => (b.mean > a.mean ? b : a));
    rows[recipe] = {
      photos: differences.length,
      'mean difference': differences.reduce((sum, { mean }) => sum + mean, 0) / differences.length,
      'worst photo': worst.mean,
      'largest of all': Math.max(...differences.map(({ most }) => most)),
      identical: differences.filter(({ most }) => most === 0).length,
      'ms a photo': Number((milliseconds / differences.length).toFixed(2)),
    };
  }
  console.table(rows);
} finally {
  await rm(references, { recursive: true });
}
