/**
 * Images/s of explanations against the bare forward pass of ONNX Runtime, on this machine: `npm run bench`.
 *
 *     npm run bench -- --models resnet34 --rounds 20 --photos <folder of photos>
 *
 * Prints; judges nothing. `--quick` is for seeing that it works.
 */

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { printMachine } from './machine.ts';
import { benchModel, benchModels, writeBenchModel } from './models/models.ts';
import { wholeNumber } from './options.ts';
import { drawPhotos } from './photos.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { compareForward } from './throughput/forward.ts';
import { compareRun } from './throughput/whole-run.ts';

const { values } = parseArgs({
  options: {
    /** Comma-separated names; default: all. */
    models: { type: 'string' },
    /** Rounds of the comparison of forward passes; 0 leaves that part out. */
    rounds: { type: 'string' },
    /** Runs of the whole command; 0 leaves that part out. */
    runs: { type: 'string' },
    /** Default: pictures that are drawn for it. */
    photos: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});
const rounds = wholeNumber('rounds', values.rounds ?? (values.quick ? '2' : '15'));
const runs = wholeNumber('runs', values.runs ?? (values.quick ? '1' : '5'));
const drawn = values.quick ? 48 : 352;
const chosen = values.models?.split(',').map(benchModel) ?? benchModels;
const runModel = benchModel('resnet34');

const folder = temporaryFolder();
printMachine();
if (rounds > 0) {
  for (const model of chosen) await compareForward(model, await writeBenchModel(model, folder), rounds);
}
if (runs > 0) {
  const file = await writeBenchModel(runModel, folder);
  await compareRun(runModel, file, await photos(), { runs, folder });
}

async function photos(): Promise<{ folder: string; about: string }> {
  if (values.photos !== undefined) return { folder: values.photos, about: 'from --photos' };
  const target = join(folder, 'photos');
  await drawPhotos(drawn, target);
  return { folder: target, about: 'drawn, 500 x 375' };
}
