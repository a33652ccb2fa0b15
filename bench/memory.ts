/**
 * Whether memory stays where it is: `npm run bench:memory`.
 *
 *     npm run bench:memory -- --model squeezenet1.1.onnx --photos <folder of JPEGs> --images 1000,10000
 *
 * Prints the peak of `gradline run` over few and over many images, an explainer's memory over many batches, and a worker's over many runs;
 * judges nothing. `--parts run,explainer,worker` chooses.
 */

import { execFile } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { z } from 'zod';
import { packageFolder, printMachine } from './machine.ts';
import { watchWorker } from './memory/worker-runs.ts';
import { wholeNumber } from './options.ts';
import { drawPhotos, multiplyPhotos } from './photos.ts';
import { printTable } from './table.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { measureRun } from './usage/measured-run.ts';

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: join(packageFolder, 'demo/model/demo.onnx') },
    /** JPEGs that are used over and over again; default: 256 that are drawn. */
    photos: { type: 'string' },
    /** Images of each run, the reference first. */
    images: { type: 'string' },
    /** Batches of the loop. */
    batches: { type: 'string' },
    /** Of the worker, and images of each. */
    runs: { type: 'string' },
    'run-images': { type: 'string', default: '32' },
    parts: { type: 'string', default: 'run,explainer,worker' },
    preprocess: { type: 'string', default: 'imagenet' },
    quick: { type: 'boolean', default: false },
  },
});
const sizes = (values.images ?? (values.quick ? '200,600' : '1000,10000'))
  .split(',')
  .map((n) => wholeNumber('images', n));
const batches = wholeNumber('batches', values.batches ?? (values.quick ? '300' : '2000'));
const parts = new Set(values.parts.split(','));
const mebibyte = 2 ** 20;

const folder = temporaryFolder();
printMachine();
const photos = await readyPhotos(join(folder, 'photos'));
if (parts.has('run')) await compareRuns(photos);
if (parts.has('explainer')) await watchLoop();
if (parts.has('worker')) {
  const few = join(folder, 'worker-images');
  await multiplyPhotos(photos, wholeNumber('run-images', values['run-images']), few);
  const runs = wholeNumber('runs', values.runs ?? (values.quick ? '6' : '100'));
  const { model, preprocess } = values;
  await watchWorker({ runs, photos: few, model, preprocess, folder });
}

/** In the temporary folder in either case: hard links do not reach another disk. */
async function readyPhotos(target: string): Promise<string> {
  if (values.photos === undefined) await drawPhotos(values.quick ? 32 : 256, target);
  else await cp(values.photos, target, { recursive: true });
  return target;
}

async function compareRuns(photos: string): Promise<void> {
  const peaks: number[] = [];
  for (const size of sizes) {
    const images = join(folder, `images-${size}`);
    await multiplyPhotos(photos, size, images);
    peaks.push(await peakOfRun(images, join(folder, `output-${size}`)));
  }
  console.log(`\nPeak resident memory of gradline run (${basename(values.model)})`);
  const [reference = 0] = peaks;
  const rows = peaks.map((peak, i) => [
    `${sizes[i]} images`,
    megabytes(peak),
    i === 0 ? '' : megabytes(peak - reference),
    i === 0 ? '' : '<= 100',
  ]);
  printTable(['', 'peak, MiB', 'more than the first', 'target'], rows);
}

async function peakOfRun(images: string, output: string): Promise<number> {
  const settings = ['--model', values.model, '--layers', 'last', '--preprocess', values.preprocess];
  return (await measureRun([images, ...settings], output)).peak;
}

async function watchLoop(): Promise<void> {
  const program = fileURLToPath(new URL('./memory/explainer-loop.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program, values.model, String(batches)]);
  const points = z.array(z.object({ batches: z.number(), bytes: z.number() })).parse(JSON.parse(stdout));
  console.log('\nResident memory of one explainer in a loop');
  const first = points[0]?.bytes ?? Number.NaN;
  const rows = points.map(({ batches, bytes }) => [`${batches} batches`, megabytes(bytes), megabytes(bytes - first)]);
  printTable(['after', 'MiB', 'more than the first'], rows);
}

function megabytes(bytes: number): string {
  return (bytes / mebibyte).toFixed(0);
}
