/**
 * What `--decode fast` saves and changes.
 *
 *     npm run bench:decode
 *     npm run bench:decode -- <folder of photos> --model squeezenet1.1.onnx --preprocess caffe --sides 224,112,64
 *
 * The first prints the processor's time of decoding and resizing drawn photographs of twelve megapixels for a model of 224 x 224, in all threads,
 * exact and fast taking turns. The second compares both on real JPEGs, for models that see so many pixels: those pixels, and the network's
 * answers, with the margin that Gradline keeps (2) and without one (1); only of photos that are read smaller at all. `--quick` is for seeing that it works.
 */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ScoreModel } from '../src/explain/faithfulness/score-model.ts';
import { scaledPixels } from '../src/explain/pixel-input.ts';
import { readConfiguration } from '../src/shared/run/read-configuration.ts';
import { configureImageLibrary } from '../src/worker/pipeline/decode/image-library.ts';
import { groundColour, type Preprocessing, resolvePreprocessing } from '../src/worker/pipeline/decode/preprocessing.ts';
import { readRaster } from '../src/worker/pipeline/decode/read-raster.ts';
import { shapePicture } from '../src/worker/pipeline/decode/shape-picture.ts';
import { type Shrink, shrinkFor } from '../src/worker/pipeline/decode/shrink.ts';
import { printMachine } from './machine.ts';
import { wholeNumber } from './options.ts';
import { drawPhoto } from './photos.ts';
import { pixelDifference } from './pixels/pixel-difference.ts';
import { median } from './statistics.ts';
import { printTable } from './table.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: 'string' },
    preprocess: { type: 'string', default: 'imagenet' },
    /** Of the squares that models see. */
    sides: { type: 'string', default: '224,112,64' },
    rounds: { type: 'string', default: '7' },
    quick: { type: 'boolean', default: false },
  },
});
const margins = [2, 1];
const large = values.quick ? { width: 1600, height: 1200 } : { width: 4000, height: 3000 };
const rounds = values.quick ? 1 : wholeNumber('rounds', values.rounds);
const [folder] = positionals;

configureImageLibrary();
printMachine();
if (folder === undefined) await printTimes();
else await printChanges(folder);

/** How a photo is read: as it is, or with a margin. */
function chooser(preprocessing: Preprocessing, margin: number | null) {
  return margin === null
    ? undefined
    : (original: { width: number; height: number }) => shrinkFor(original, preprocessing, margin);
}

async function seen(bytes: Buffer, preprocessing: Preprocessing, margin: number | null) {
  const raster = await readRaster(bytes, {}, chooser(preprocessing, margin));
  const { shrunk } = raster;
  const { pixels } = shapePicture(raster, preprocessing, groundColour(preprocessing, 3), shrunk);
  const shrink: Shrink = shrunk?.shrink ?? 1;
  return { pixels, shrink };
}

async function printTimes(): Promise<void> {
  const photos = await Promise.all(Array.from({ length: values.quick ? 1 : 4 }, (_, i) => drawPhoto(i, large)));
  const preprocessing = resolvePreprocessing({ preset: 'imagenet' });
  const ways = [null, ...margins].map((margin) => ({ margin, shrink: 1, times: [] as number[] }));
  for (let round = -1; round < rounds; round++) {
    for (const way of ways) {
      const before = process.cpuUsage();
      for (const photo of photos) way.shrink = (await seen(photo, preprocessing, way.margin)).shrink;
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) way.times.push((user + system) / 1000 / photos.length);
    }
  }
  const bytes = photos.reduce((sum, { length }) => sum + length, 0) / photos.length;
  console.log(
    `\nDrawn photographs of ${large.width} x ${large.height} (${(bytes / 1e6).toFixed(1)} MB), one at a time, ${rounds} rounds`,
  );
  printTable(
    ['', 'read smaller by', 'CPU ms an image', 'least'],
    ways.map(({ margin, shrink, times }) => [
      margin === null ? 'exact' : `margin ${margin}`,
      String(shrink),
      median(times).toFixed(1),
      Math.min(...times).toFixed(1),
    ]),
  );
}

async function printChanges(photos: string): Promise<void> {
  const names = (await readdir(photos)).filter((name) => /\.jpe?g$/i.test(name)).sort();
  const rows: string[][] = [];
  for (const text of values.sides.split(',')) {
    const side = wholeNumber('sides', text);
    const size = { width: side, height: side };
    const given = { input: photos, model: values.model ?? 'model.onnx', output: 'out', size: text };
    const { preprocess } = await readConfiguration({ ...given, preprocess: values.preprocess });
    const preprocessing = resolvePreprocessing(preprocess, size);
    const model =
      values.model === undefined
        ? null
        : await ScoreModel.open({ model: values.model, layers: [], batchSize: 1, inputSize: size });
    const answer = async (pixels: Uint8Array) => {
      if (model === null) return { best: 0, score: 0 };
      const [scores = new Float32Array()] = await model.scores([scaledPixels(pixels, preprocessing, model.input)]);
      const best = scores.reduce((top, score, index) => (score > (scores[top] ?? 0) ? index : top), 0);
      return { best, scores };
    };
    const found = margins.map((margin) => ({ margin, changes: [] as Change[], shrinks: [] as Shrink[] }));
    for (const name of names) {
      const bytes = await readFile(join(photos, name));
      let exact: { pixels: Uint8Array; best: number; scores?: Float32Array } | null = null;
      for (const { margin, changes, shrinks } of found) {
        const fast = await seen(bytes, preprocessing, margin);
        if (fast.shrink === 1) continue;
        if (exact === null) {
          const { pixels } = await seen(bytes, preprocessing, null);
          exact = { pixels, ...(await answer(pixels)) };
        }
        const theirs = await answer(fast.pixels);
        const own = exact;
        const moved = theirs.scores?.reduce(
          (most, score, i) => Math.max(most, Math.abs(score - (own.scores?.[i] ?? 0))),
          0,
        );
        changes.push({
          ...pixelDifference(own.pixels, fast.pixels),
          changed: theirs.best !== own.best,
          moved: moved ?? 0,
        });
        shrinks.push(fast.shrink);
      }
    }
    for (const { margin, changes, shrinks } of found) {
      const count = (shrink: Shrink) => shrinks.filter((each) => each === shrink).length;
      const changed = changes.filter((each) => each.changed).length;
      rows.push([
        `${side} x ${side}, margin ${margin}`,
        ...[2, 4, 8].map((shrink) => String(count(shrink === 2 ? 2 : shrink === 4 ? 4 : 8))),
        mean(changes.map((change) => change.mean)).toFixed(2),
        String(Math.max(0, ...changes.map(({ most }) => most))),
        model === null ? '' : `${changed} of ${changes.length}`,
        model === null ? '' : mean(changes.map(({ moved }) => moved)).toFixed(4),
      ]);
    }
    await model?.close();
  }
  console.log(`\n${names.length} photos; pixels in levels of 255`);
  printTable(
    ['the model sees', 'by 2', 'by 4', 'by 8', 'mean difference', 'largest', 'other answers', 'score moved by'],
    rows,
  );
}

/** What fast decoding did to a photo. */
interface Change {
  mean: number;
  most: number;
  /** Whether the network answers something else. */
  changed: boolean;
  /** By how much the score that moved most did. */
  moved: number;
}

function mean(numbers: readonly number[]): number {
  return numbers.length === 0 ? Number.NaN : numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
