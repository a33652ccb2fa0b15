/**
 * What trying a model adds to the first opening of its file, beside a batch's time: `npm run bench:opening -- model.onnx ... [--rounds 7]`.
 * Without files, the networks that throughput is measured on. Openings with and without take turns, in one thread. Prints; judges nothing.
 */

import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { Explainer, type ExplainerOptions, type PixelScaling } from '../src/explain/index.ts';
import { printMachine } from './machine.ts';
import { benchModels, writeBenchModel } from './models/models.ts';
import { wholeNumber } from './options.ts';
import { median } from './statistics.ts';
import { printTable } from './table.ts';
import { temporaryFolder } from './temporary-folder.ts';

const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '7' } },
  allowPositionals: true,
});
const rounds = wholeNumber('rounds', values.rounds);
const batchesInARound = 3;

/** Milliseconds. */
interface Taken {
  cpu: number;
  wall: number;
}

const folder = temporaryFolder();
const files = [...positionals];
if (files.length === 0) for (const model of benchModels) files.push(await writeBenchModel(model, folder));

printMachine();
const rows: string[][] = [];
for (const file of files) {
  const opened = { with: [] as Taken[], without: [] as Taken[] };
  const batches: Taken[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const probe of round % 2 === 0 ? [true, false] : [false, true]) {
      // Verdicts are kept in a cache: an empty one makes each opening the file's first.
      process.env.XDG_CACHE_HOME = join(folder, `${basename(file)}-${round}`);
      await using explainer = await timed(opened[probe ? 'with' : 'without'], () =>
        Explainer.open(options(file, probe)),
      );
      if (probe) continue;
      const { batchSize, input } = explainer;
      const pixels = Uint8Array.from({ length: batchSize * input.height * input.width * 3 }, (_, i) => (i * 31) % 251);
      await explainer.explain(pixels, { count: batchSize });
      for (let i = 0; i < batchesInARound; i++)
        await timed(batches, () => explainer.explain(pixels, { count: batchSize }));
    }
  }
  for (const kind of ['cpu', 'wall'] as const) {
    const [tried, untried, batch] = [opened.with, opened.without, batches].map((taken) =>
      median(taken.map((each) => each[kind])),
    );
    if (tried === undefined || untried === undefined || batch === undefined) continue;
    const numbers = [untried, tried, tried - untried, batch].map((milliseconds) => milliseconds.toFixed(0));
    rows.push([`${basename(file)}, ${kind}`, ...numbers, ((tried - untried) / batch).toFixed(2)]);
  }
}
console.log(`\nMilliseconds, medians of ${rounds} openings and of batches of 8`);
printTable(['', 'not tried', 'tried', 'trying', 'batch', 'trying to batch'], rows);

function options(model: string, probe: boolean): ExplainerOptions {
  const pixels: PixelScaling = {
    range: [0, 1],
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
    channels: 'rgb',
  };
  return { model, layers: ['last'], pixels, probe, threads: 1, busyWaiting: false };
}

async function timed<Result>(into: Taken[], work: () => Promise<Result>): Promise<Result> {
  const [began, used] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(used);
  into.push({ cpu: (user + system) / 1000, wall: performance.now() - began });
  return result;
}
