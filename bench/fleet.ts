/**
 * What the fleet costs and how it grows, on this machine: `npm run bench:fleet`.
 *
 *     npm run bench:fleet -- --parts scaling,overhead --workers 1,4,16 --model mobilenet_v2
 *
 * Starts its own Redis and S3 servers. Prints; judges nothing. `--quick` is for seeing that it works.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeLargeRun } from './fleet/large-run.ts';
import { compareWithLocalRun } from './fleet/overhead.ts';
import { compareRequests } from './fleet/requests.ts';
import { compareScales } from './fleet/scaling.ts';
import { printMachine } from './machine.ts';
import { benchModel, writeBenchModel } from './models/models.ts';
import { wholeNumber } from './options.ts';
import { drawPhotos } from './photos.ts';
import { temporaryFolder } from './temporary-folder.ts';

const { values } = parseArgs({
  options: {
    parts: { type: 'string', default: 'enqueue,requests,overhead,scaling,large' },
    /** Of the comparison with `gradline run`. */
    model: { type: 'string', default: 'resnet34' },
    photos: { type: 'string' },
    rounds: { type: 'string' },
    /** Of the scaling. */
    workers: { type: 'string' },
    /** Milliseconds that a batch of 4 takes the stand-in model. */
    latency: { type: 'string', default: '1000' },
    /** Of the large run. */
    images: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});
const parts = new Set(values.parts.split(','));
const folder = temporaryFolder();
printMachine();
if (parts.has('enqueue')) {
  await runBench('enqueue', '--images', values.quick ? '200000' : '2000000');
  // With the usual watermark Redis holds 10,000 shards at most, however many there are.
  if (!values.quick) await runBench('enqueue', '--images', '10000000', '--high-watermark', '10000');
}
if (parts.has('requests')) {
  await compareRequests(values.quick ? { requests: 100, rounds: 1 } : { requests: 1500, rounds: 5 });
}
if (parts.has('overhead')) {
  const model = benchModel(values.model);
  const photos = join(folder, 'photos');
  // Of short runs, V8 compiling scripts is a large part, and a worker has more of them.
  const long = wholeNumber('photos', values.photos ?? (values.quick ? '32' : '2104'));
  await drawPhotos(Math.min(long, 64), photos);
  const file = await writeBenchModel(model, folder);
  const rounds = wholeNumber('rounds', values.rounds ?? (values.quick ? '1' : '3'));
  const images = { short: Math.ceil(long / 4), long };
  await compareWithLocalRun({
    model: { name: model.name, file, layer: model.layers[0] },
    photos,
    images,
    rounds,
    folder,
  });
}
if (parts.has('scaling')) {
  await compareScales({
    workers: (values.workers ?? (values.quick ? '1,4' : '1,4,16,64'))
      .split(',')
      .map((text) => wholeNumber('workers', text)),
    latency: wholeNumber('latency', values.latency),
    batchSize: 4,
    shardSize: 4,
    folder,
  });
}
if (parts.has('large')) {
  const images = wholeNumber('images', values.images ?? (values.quick ? '200000' : '10000000'));
  await describeLargeRun({ images, shardSize: 64, mergedParts: values.quick ? 200 : 2000, folder });
}

async function runBench(name: string, ...args: string[]): Promise<void> {
  const file = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
  const child = spawn(process.execPath, [file, ...args], { stdio: 'inherit' });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${name}.js ended with exit code ${code}.`);
}
