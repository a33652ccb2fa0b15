/**
 * What is done for each pixel, on one thread: in WebAssembly, in what it replaced (the TypeScript in test/reference; of JPEGs, the image library),
 * and resizing in Pillow.
 *
 *     PYTHON=/usr/bin/python3 npm run bench:pixels -- [folder of JPEGs] [--photos 64] [--rounds 15]
 *
 * `PYTHON` names an interpreter with Pillow; without it Pillow is left out. Without a folder photo-like pictures are drawn.
 * All take turns in every round. Printed is the CPU time of each one's quickest round, because what else the machine does only adds to it, in
 * nanoseconds for each pixel that is read or drawn on.
 */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { toGrey } from '../src/shared/picture/grey.ts';
import type { Raster, RgbImage } from '../src/shared/picture/raster.ts';
import { planGeometry } from '../src/worker/pipeline/decode/geometry.ts';
import { configureImageLibrary } from '../src/worker/pipeline/decode/image-library.ts';
import { resolvePreprocessing } from '../src/worker/pipeline/decode/preprocessing.ts';
import { readJpeg } from '../src/worker/pipeline/decode/read-jpeg.ts';
import { defaultPixelLimit, readRaster } from '../src/worker/pipeline/decode/read-raster.ts';
import { resample } from '../src/worker/pipeline/decode/resample.ts';
import { encodeJpeg } from '../src/worker/pipeline/render/jpeg.ts';
import { blendOverlay, type OverlayLook } from '../src/worker/pipeline/render/overlay.ts';
import { blendOverlay as blendInTypeScript } from '../test/reference/blend.ts';
import { toGrey as greyInTypeScript } from '../test/reference/grey.ts';
import { resample as resampleInTypeScript } from '../test/reference/resample.ts';
import { printMachine } from './machine.ts';
import { wholeNumber } from './options.ts';
import { drawPhotos } from './photos.ts';
import { Pillow } from './pixels/pillow.ts';
import { printTable } from './table.ts';
import { temporaryFolder } from './temporary-folder.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { photos: { type: 'string', default: '64' }, rounds: { type: 'string', default: '15' } },
});
const count = wholeNumber('photos', values.photos);
const rounds = wholeNumber('rounds', values.rounds);
const python = process.env.PYTHON;
const side = 224;
const seen = { width: side, height: side };
const grid = { width: 7, height: 7, values: Float32Array.from({ length: 49 }, (_, i) => Math.sin(i)) };
const look: OverlayLook = { colormap: 'magma', alpha: 0.6, scale: 'image', format: 'jpg' };

configureImageLibrary();
printMachine();
const folder = positionals[0] ?? (await drawn());
const { files, photos } = await readAll(folder);
const pixels = photos.reduce((sum, { width, height }) => sum + width * height, 0) / photos.length;
const greys = photos.map((photo) => greyInTypeScript(photo));
const crops = photos.map((photo) => inTypeScript(crop(photo)));

/** Work on one picture of each photo. `pixels` is what the time is divided by. */
interface Task<Picture> {
  name: string;
  pictures: Picture[];
  pixels: number;
  old(picture: Picture): unknown;
  now(picture: Picture): unknown;
}

const tasks = [
  task({ name: 'resize RGB, whole', pictures: photos.map(whole), pixels, old: inTypeScript, now: inWebAssembly }),
  task({
    name: 'resize RGB, 224 x 224 of it',
    pictures: photos.map(crop),
    pixels,
    old: inTypeScript,
    now: inWebAssembly,
  }),
  task({
    name: 'resize grey, 224 x 224 of it',
    pictures: greys.map(crop),
    pixels,
    old: inTypeScript,
    now: inWebAssembly,
  }),
  task({ name: 'RGB to grey', pictures: photos, pixels, old: greyInTypeScript, now: toGrey }),
  task({
    name: 'draw a map of 7 x 7',
    pictures: crops,
    pixels: side * side,
    old: (picture) => blendInTypeScript(picture, grid, look),
    now: (picture) => blendOverlay(picture, grid, look),
  }),
  task({ name: 'read a JPEG', pictures: files, pixels, old: readByLibrary, now: (file) => readJpeg(file, true) }),
  task({
    name: 'encode 224 x 224 as JPEG',
    pictures: crops,
    pixels: side * side,
    old: encodeByLibrary,
    now: encodeJpeg,
  }),
];
const pillow = python === undefined ? null : await Pillow.start(python, folder, count);

const times = tasks.map((): { old: number[]; now: number[] } => ({ old: [], now: [] }));
const pillowTimes: number[] = [];
for (let round = -2; round < rounds; round++) {
  for (const [i, { old, now }] of tasks.entries()) {
    const [spentOld, spentNow] = [await cpuMilliseconds(old), await cpuMilliseconds(now)];
    if (round < 0) continue;
    times[i]?.old.push(spentOld / photos.length);
    times[i]?.now.push(spentNow / photos.length);
  }
  const spent = await pillow?.resizeAll();
  if (round >= 0 && spent !== undefined) pillowTimes.push(spent);
}
console.log(`\n${photos.length} photos of ${Math.round(pixels)} pixels on average, ${rounds} rounds, one thread`);
printTable(
  ['', 'before', 'WebAssembly', 'times as fast', 'ms a picture'],
  tasks.map(({ name, pixels }, i) => {
    const [old, now] = [Math.min(...(times[i]?.old ?? [])), Math.min(...(times[i]?.now ?? []))];
    const perPixel = (milliseconds: number) => `${((milliseconds * 1e6) / pixels).toFixed(2)} ns`;
    return [name, perPixel(old), perPixel(now), (old / now).toFixed(1), now.toFixed(3)];
  }),
);
if (pillow !== null) {
  const theirs = Math.min(...pillowTimes);
  const ratio = (task: number) => (theirs / Math.min(...(times[task]?.now ?? []))).toFixed(1);
  console.log(
    `\nPillow ${pillow.version} resizes in ${theirs.toFixed(3)} ms a photo (${((theirs * 1e6) / pixels).toFixed(2)} ns).`,
  );
  console.log(
    `WebAssembly is ${ratio(0)} times as fast for the whole result, ${ratio(1)} times for the part that is cut out.`,
  );
  await pillow.close();
}

type Resize = Parameters<typeof resampleInTypeScript>;

function inTypeScript(resize: Resize): Raster {
  return resampleInTypeScript(...resize);
}

function inWebAssembly(resize: Resize): Raster {
  return resample(...resize);
}

/** The imagenet preset: the shorter side becomes 256, 224 x 224 are cut out. */
function crop(photo: Raster): Resize {
  const { box, size, window } = planGeometry(photo, resolvePreprocessing({ preset: 'imagenet' }, seen));
  return [photo, box, size, window];
}

function whole(photo: Raster): Resize {
  const [, box, size] = crop(photo);
  return [photo, box, size, { left: 0, top: 0, ...size }];
}

function task<Picture>({ name, pictures, pixels, old, now }: Task<Picture>) {
  return { name, pixels, old: () => each(pictures, old), now: () => each(pictures, now) };
}

async function each<Picture>(pictures: Picture[], work: (picture: Picture) => unknown): Promise<void> {
  for (const picture of pictures) await work(picture);
}

function readByLibrary(file: Buffer): Promise<object> {
  const image = sharp(file, { failOn: 'warning', limitInputPixels: defaultPixelLimit, ignoreIcc: true });
  return image.autoOrient().toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
}

function encodeByLibrary({ pixels, width, height }: RgbImage): Promise<Buffer> {
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 90, chromaSubsampling: '4:4:4', optimiseCoding: false })
    .toBuffer();
}

async function cpuMilliseconds(work: () => Promise<void>): Promise<number> {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** Photographs in colour alone. */
async function readAll(folder: string): Promise<{ files: Buffer[]; photos: Raster[] }> {
  const names = (await readdir(folder)).sort().slice(0, count);
  const files: Buffer[] = [];
  const photos: Raster[] = [];
  for (const name of names) {
    const file = await readFile(join(folder, name));
    const raster = await readRaster(file);
    if (raster.channels !== 3) continue;
    files.push(file);
    photos.push(raster);
  }
  return { files, photos };
}

async function drawn(): Promise<string> {
  const folder = temporaryFolder();
  await drawPhotos(count, folder);
  return folder;
}
