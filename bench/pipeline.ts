/**
 * What the pipeline itself can do, with a model that takes no time: `npm run bench:pipeline`.
 *
 *     npm run bench:pipeline -- --sizes 500x375,4000x3000 --places disk,s3 --images 2048
 *     npm run bench:pipeline -- --photos <folder of JPEGs> --json
 *     npm run bench:pipeline -- --pixel-threads 4
 *
 * Each line is a process of its own. Prints; judges nothing. `--quick` is for seeing that it works.
 */

import { execFile } from 'node:child_process';
import { cp, mkdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import type { Size } from '../src/shared/picture/raster.ts';
import { openStore } from '../src/shared/store/open-store.ts';
import { benchS3 } from './fleet/servers.ts';
import { freshOutput } from './fresh-output.ts';
import { machineFacts, printMachine } from './machine.ts';
import { choices, wholeNumber } from './options.ts';
import { drawPhotos, multiplyPhotos } from './photos.ts';
import { type FeedFigures, type FeedOrder, feedFigures } from './pipeline/feed-order.ts';
import { printTable } from './table.ts';
import { temporaryFolder } from './temporary-folder.ts';

const { values } = parseArgs({
  options: {
    /** Of the photographs that are drawn. */
    sizes: { type: 'string', default: '500x375,4000x3000' },
    /** A folder with JPEGs instead. */
    photos: { type: 'string' },
    places: { type: 'string', default: 'disk,s3' },
    overlays: { type: 'string', default: 'all,none' },
    /** Measured of each kind; default: by their size. */
    images: { type: 'string' },
    'batch-size': { type: 'string', default: '32' },
    /** Default: one a core. */
    'pixel-threads': { type: 'string' },
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
  },
});

interface Kind {
  name: string;
  /** Draws or copies some of them into a folder. */
  fill(folder: string): Promise<void>;
  uncounted: number;
  images: number;
  stageImages: number;
}

interface Row {
  photos: string;
  from: 'disk' | 's3';
  overlays: 'all' | 'none';
  figures: FeedFigures;
}

const places = choices('places', values.places, ['disk', 's3'] as const);
const overlays = choices('overlays', values.overlays, ['all', 'none'] as const);
const batchSize = wholeNumber('batch-size', values['batch-size']);
const threads = values['pixel-threads'];
const pixelThreads = threads === undefined ? null : wholeNumber('pixel-threads', threads);
const cores = availableParallelism();
const folder = temporaryFolder();

if (!values.json) printMachine();
const s3 = places.includes('s3') ? await benchS3('photos', 'out') : null;
const rows: Row[] = [];
try {
  for (const kind of kinds()) rows.push(...(await measureKind(kind)));
} finally {
  await s3?.stop();
}
if (values.json) console.log(JSON.stringify({ machine: machineFacts(), batchSize, rows }, null, 2));
else print();

function kinds(): Kind[] {
  const { photos } = values;
  if (photos !== undefined) {
    return [{ name: 'from --photos', fill: (target) => cp(photos, target, { recursive: true }), ...counts(1) }];
  }
  return values.sizes.split(',').map((text) => {
    const size = sizeOf(text);
    // A photograph of twelve megapixels costs about sixty times as much as one of the usual size.
    const large = size.width * size.height > 2e6;
    const different = large ? 4 : 64;
    return {
      name: `${size.width} x ${size.height}`,
      fill: (target) => drawPhotos(values.quick ? 2 : different, target, size),
      ...counts(large ? 16 : 1),
    };
  });
}

function counts(rarer: number): Pick<Kind, 'uncounted' | 'images' | 'stageImages'> {
  const images = values.quick ? 128 : 2048;
  return {
    uncounted: Math.ceil((values.quick ? 32 : 256) / rarer),
    images: values.images === undefined ? images / rarer : wholeNumber('images', values.images),
    stageImages: Math.ceil((values.quick ? 16 : 128) / rarer),
  };
}

async function measureKind(kind: Kind): Promise<Row[]> {
  const different = join(folder, 'different');
  const photos = join(folder, 'photos');
  await mkdir(different, { recursive: true });
  await kind.fill(different);
  await multiplyPhotos(different, kind.uncounted + kind.images, photos);
  const bucket = `s3://photos/${kind.name.replaceAll(' ', '')}`;
  if (s3 !== null) await copyInto(bucket, photos);
  const found: Row[] = [];
  for (const from of places) {
    for (const drawn of overlays) {
      const { uncounted, images, stageImages } = kind;
      const input = from === 'disk' ? photos : bucket;
      const output = from === 'disk' ? freshOutput(folder) : `${bucket.replace('photos', 'out')}/${found.length}`;
      const order = { input, output, overlays: drawn, batchSize, pixelThreads, uncounted, images, stageImages };
      found.push({ photos: kind.name, from, overlays: drawn, figures: await feed(order) });
    }
  }
  await Promise.all([different, photos].map((place) => rm(place, { recursive: true })));
  return found;
}

async function copyInto(bucket: string, photos: string): Promise<void> {
  const [files, store] = await Promise.all([openStore(photos), openStore(bucket)]);
  for await (const { key } of files.list()) await store.put(key, await files.get(key), 'image/jpeg');
  await Promise.all([files.close(), store.close()]);
}

async function feed(order: FeedOrder): Promise<FeedFigures> {
  const program = fileURLToPath(new URL('./pipeline/feed-process.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(order)]);
  return feedFigures.parse(JSON.parse(stdout));
}

function print(): void {
  console.log(
    `\nThe pipeline alone: a model that takes no time, batches of ${batchSize}, one map of 7 x 7 cells and 2,048 channels`,
  );
  printTable(
    [
      'photographs',
      'images/s',
      'a core',
      'CPU ms an image',
      'user + system',
      'main thread',
      'of that on a core',
      'MiB',
    ],
    rows.map((row) => {
      const { imagesPerSecond, user, system, mainBusy, mainOnCore, peak } = row.figures;
      return [
        nameOf(row),
        imagesPerSecond.toFixed(1),
        (imagesPerSecond / cores).toFixed(1),
        (user + system).toFixed(2),
        `${user.toFixed(2)} + ${system.toFixed(2)}`,
        `${mainBusy.toFixed(2)} ms`,
        mainOnCore === null ? '' : `${mainOnCore.toFixed(2)} ms`,
        (peak / 2 ** 20).toFixed(0),
      ];
    }),
  );
  const stages = Object.keys(rows[0]?.figures.stages ?? {});
  console.log(
    '\nCPU ms of an image by stage, each stage by itself; the rest is threads, messages and garbage collection',
  );
  printTable(
    ['photographs', ...stages, 'the rest'],
    rows.map((row) => {
      const { user, system, stages: costs } = row.figures;
      const each = stages.map((stage) => costs[stage] ?? Number.NaN);
      const rest = user + system - each.reduce((a, b) => a + b, 0);
      return [nameOf(row), ...[...each, rest].map((cost) => cost.toFixed(2))];
    }),
  );
}

function nameOf({ photos, from, overlays: drawn }: Row): string {
  return `${photos}, ${from === 's3' ? 'S3' : from}${drawn === 'all' ? ', overlays' : ''}`;
}

function sizeOf(text: string): Size {
  const [width, height] = /^(\d+)x(\d+)$/.exec(text)?.slice(1).map(Number) ?? [];
  if (width === undefined || height === undefined)
    throw new Error(`--sizes takes sizes as 500x375; it holds '${text}'.`);
  return { width, height };
}
