/**
 * How far what a recipe file or a preset makes of photos is from what its own framework makes of them.
 *
 *     PYTHON=/usr/bin/python3 npm run bench:recipes -- <folder of photos> [<number of photos> [<recipes.py or keras_layers.py>]]
 *
 * `PYTHON` names an interpreter with the packages that the script in test/oracle lists. Prints per recipe the mean absolute difference of the
 * model's input over all photos, and the largest, in levels of 255. Printed transforms round mean and deviation to four digits.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { scaledPixels } from '../src/explain/pixel-input.ts';
import { readConfiguration } from '../src/shared/run/read-configuration.ts';
import { decodeImage } from '../src/worker/pipeline/decode/decode.ts';
import { resolvePreprocessing } from '../src/worker/pipeline/decode/preprocessing.ts';
import { packageFolder } from './machine.ts';

const [folder, count = '50', script = 'recipes.py'] = process.argv.slice(2);
if (folder === undefined) throw new Error('Give the folder of photos: npm run bench:recipes -- <folder>');
const references = await mkdtemp(join(tmpdir(), 'recipe-agreement-'));
try {
  const oracle = join(packageFolder, 'test/oracle', script);
  await promisify(execFile)(process.env.PYTHON ?? 'python3', [oracle, folder, references, count]);
  const rows: Record<string, object> = {};
  for (const name of (await readdir(references)).sort())
    rows[name] = await compareRecipe(join(references, name), folder);
  console.table(rows);
} finally {
  await rm(references, { recursive: true });
}

async function compareRecipe(recipe: string, photos: string) {
  const files = await readdir(recipe);
  const file = files.find((name) => name.startsWith('recipe.')) ?? '';
  const options = file.endsWith('.preset')
    ? z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(join(recipe, file), 'utf8')))
    : { preprocess: join(recipe, file) };
  const given = { input: photos, model: 'model.onnx', output: 'out', ...options };
  const preprocessing = resolvePreprocessing((await readConfiguration(given)).preprocess);
  const { size, range, std } = preprocessing;
  // Of the channel that is divided by the smallest number.
  const level = (range[1] - range[0]) / 255 / Math.min(...std);
  const input = { name: 'input', channels: 3, ...size, layout: 'NCHW' as const };
  let sum = 0;
  let values = 0;
  let most = 0;
  for (const name of files.filter((each) => each.endsWith('.f32'))) {
    const { pixels } = await decodeImage(await readFile(join(photos, name.slice(0, -4))), preprocessing);
    const ours = scaledPixels(pixels, preprocessing, input);
    const theirs = new Float32Array(new Uint8Array(await readFile(join(recipe, name))).buffer);
    if (theirs.length !== ours.length) throw new Error(`${recipe}: ${ours.length} values, not ${theirs.length}.`);
    for (let i = 0; i < ours.length; i++) {
      const difference = Math.abs((ours[i] ?? 0) - (theirs[i] ?? 0)) / level;
      sum += difference;
      most = Math.max(most, difference);
    }
    values += ours.length;
  }
  return { 'mean difference': Number((sum / values).toFixed(5)), 'largest of all': Number(most.toFixed(5)) };
}
