/**
 * What a whole run costs against the bare forward pass of its model: `npm run bench:run`.
 *
 *     npm run bench:run -- --model squeezenet1.1.onnx --layers fire9 --preprocess caffe --photos <folder of JPEGs>
 *     npm run bench:run -- --against <another checkout>/dist/cli/gradline.cjs --torch <python with torch and torchvision>
 *
 * Everything takes turns, each run in a process of its own. Costs are those of a long run less those of a short one, by the images between
 * them, so that starting and opening count nothing. Prints; judges nothing. `--quick` is for seeing that it works.
 */

import { cp } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { printMachine } from './machine.ts';
import { benchModel, writeBenchModel } from './models/models.ts';
import { wholeNumber } from './options.ts';
import { drawPhotos, multiplyPhotos } from './photos.ts';
import { bareForward } from './run/bare-forward.ts';
import { gradlineRun } from './run/gradline-run.ts';
import { compareCosts, type Measurement } from './run/marginal-cost.ts';
import { torchJob } from './run/torch-job.ts';
import { temporaryFolder } from './temporary-folder.ts';

const { values } = parseArgs({
  options: {
    /** An ONNX file; default: ResNet-34 with random weights. */
    model: { type: 'string' },
    layers: { type: 'string', default: 'layer4' },
    preprocess: { type: 'string', default: 'imagenet' },
    'batch-size': { type: 'string', default: '8' },
    /** JPEGs that are used over and over again; default: drawn ones. */
    photos: { type: 'string' },
    /** Images of the short and of the long run. */
    images: { type: 'string' },
    rounds: { type: 'string' },
    /** Another build's main.js, measured beside this one. */
    against: { type: 'string' },
    /** A Python with torch, torchvision and Pillow, to measure bench/run/torch_job.py beside it. */
    torch: { type: 'string' },
    /** torchvision's name of the network, and its layer. */
    'torch-model': { type: 'string', default: 'resnet34' },
    'torch-layer': { type: 'string', default: 'layer4' },
    quick: { type: 'boolean', default: false },
  },
});
const [short = 0, long = 0] = (values.images ?? (values.quick ? '16,48' : '351,1053'))
  .split(',')
  .map((n) => wholeNumber('images', n));
const rounds = wholeNumber('rounds', values.rounds ?? (values.quick ? '1' : '3'));
const batchSize = wholeNumber('batch-size', values['batch-size']);
if (short >= long) throw new Error('--images takes two numbers, the smaller first: 351,1053.');

const folder = temporaryFolder();
printMachine();
const model = values.model ?? (await writeBenchModel(benchModel('resnet34'), folder));
const photos = new Map<number, string>();
const different = join(folder, 'different');
// In the temporary folder in either case: hard links do not reach another disk.
if (values.photos === undefined) await drawPhotos(Math.min(short, 256), different);
else await cp(values.photos, different, { recursive: true });
for (const count of [short, long]) {
  photos.set(count, join(folder, `photos-${count}`));
  await multiplyPhotos(different, count, join(folder, `photos-${count}`));
}
const photosOf = (count: number) => photos.get(count) ?? '';

const settings = ['--model', model, '--layers', values.layers, '--preprocess', values.preprocess];
const job = { settings: [...settings, '--batch-size', String(batchSize)], photosOf, folder };
const builds = [
  { name: 'gradline run', command: undefined },
  ...(values.against === undefined ? [] : [{ name: `${values.against}`, command: values.against }]),
];
const measurements: Measurement[] = [
  bareForward(model, batchSize),
  ...builds.flatMap((build) => [
    gradlineRun({ ...build, ...job, overlays: 'all' }),
    gradlineRun({ ...build, ...job, overlays: 'none' }),
  ]),
];
if (values.torch !== undefined) {
  const network = { model: values['torch-model'], layer: values['torch-layer'] };
  measurements.push(torchJob({ python: values.torch, ...network, batchSize, photosOf, folder }));
}
console.log(
  `\n${basename(model)} at ${values.layers}: ${long} photographs less ${short}, batches of ${batchSize}, ${rounds} rounds`,
);
await compareCosts(measurements, { short, long, rounds });
