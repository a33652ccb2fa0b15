/**
 * What Gradline makes of a GPU, in one command for whoever has one: `npm run bench:gpu`.
 *
 *     npm run bench:gpu -- --torch <python with torch, torchvision and onnx>
 *     npm run bench:gpu -- --parts engine,run --models resnet50 --images 4096
 *     npm run bench:gpu -- --provider cpu --quick          (to see that it works, anywhere)
 *
 * Engine against bare sessions, how far maps are from float64, two sessions on one card, and the whole command with the card and the cores
 * watched. Networks have random weights and torchvision's names. All is float32; with `--precision tf32` or `float16`
 * the sessions that explain compute in that, and the bare one in TF32 or float32.
 * Prints; judges nothing.
 */

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { precisions } from '../src/explain/options.ts';
import { claimPrecision } from '../src/explain/precision.ts';
import { compareEngine } from './gpu/engine.ts';
import { compareLanes } from './gpu/lanes.ts';
import { comparePrecision } from './gpu/map-deviations.ts';
import { printCard } from './gpu/watch-card.ts';
import { watchRuns } from './gpu/whole-run.ts';
import { printMachine } from './machine.ts';
import { benchModel, writeBenchModel } from './models/models.ts';
import { choices, wholeNumber } from './options.ts';
import { drawPhotos, multiplyPhotos } from './photos.ts';
import { temporaryFolder } from './temporary-folder.ts';

const { values } = parseArgs({
  options: {
    parts: { type: 'string', default: 'engine,precision,lanes,run' },
    provider: { type: 'string', default: 'cuda' },
    models: { type: 'string' },
    /** A process has one. */
    precision: { type: 'string', default: 'float32' },
    batch: { type: 'string' },
    rounds: { type: 'string' },
    /** Of the whole run. */
    images: { type: 'string' },
    /** A Python with torch, torchvision and onnx. */
    torch: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});
const { provider, quick } = values;
const parts = choices('parts', values.parts, ['engine', 'precision', 'lanes', 'run'] as const);
const [precision] = choices('precision', values.precision, precisions);
if (precision === undefined) throw new Error('--precision takes one of them.');
if (provider !== 'cpu') claimPrecision({ providers: [provider], precision });
const models = (values.models ?? (quick ? 'mobilenet_v2' : 'resnet50,resnet34,mobilenet_v2,vit_b_16')).split(',');
const batchSize = wholeNumber('batch', values.batch ?? (quick ? '2' : '64'));
const rounds = wholeNumber('rounds', values.rounds ?? (quick ? '1' : '5'));
const images = wholeNumber('images', values.images ?? (quick ? '48' : '4096'));
const turn = quick ? 0.1 : 0.5;
const python = values.torch ?? null;

const folder = temporaryFolder();
printMachine();
await printCard();
const different = join(folder, 'different');
await drawPhotos(quick ? 8 : 64, different);
const written: { model: ReturnType<typeof benchModel>; file: string }[] = [];
for (const name of models) {
  const model = benchModel(name);
  written.push({ model, file: await writeBenchModel(model, folder) });
}
if (parts.includes('engine')) await compareEngine(written, { provider, precision, batchSize, rounds, turn, python });
if (parts.includes('precision')) {
  await comparePrecision(written, { provider, photos: different, images: quick ? 2 : 32, python, folder });
}
const [first] = written;
if (first === undefined) throw new Error('--models takes at least one name.');
if (parts.includes('lanes')) await compareLanes(first, { provider, precision, batchSize, seconds: quick ? 1 : 5 });
if (parts.includes('run')) {
  const photos = join(folder, 'photos');
  const few = join(folder, 'few-photos');
  await multiplyPhotos(different, images, photos);
  await multiplyPhotos(different, Math.ceil(images / 4), few);
  await watchRuns(first, { provider, precision, batchSize, photos, few, folder });
}
