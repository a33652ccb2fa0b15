/**
 * How near the maps of quantised models are to those of the float model that they were made of:
 *
 *     PYTHON=/usr/bin/python3 npm run bench:quantised -- <model.onnx> <folder of photos> <layers> [<recipe>]
 *
 * `layers` are names with commas between them, `recipe` what `--preprocess` takes (default: caffe). `PYTHON` names an interpreter with onnx,
 * onnxruntime and numpy. Every seventh photo calibrates, 50 others are compared: the share that got another answer, and of maps of the float
 * model's answer the correlation with its own, median and lowest, and the share that is blank.
 */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { at } from '../src/explain/at.ts';
import { Explainer, type Explanation } from '../src/explain/index.ts';
import { scaledPixels } from '../src/explain/pixel-input.ts';
import { readConfiguration } from '../src/shared/run/read-configuration.ts';
import { decodeImage } from '../src/worker/pipeline/decode/decode.ts';
import { type Preprocessing, resolvePreprocessing } from '../src/worker/pipeline/decode/preprocessing.ts';
import { packageFolder, printMachine } from './machine.ts';
import { quantile } from './statistics.ts';
import { printTable } from './table.ts';
import { temporaryFolder } from './temporary-folder.ts';

const compared = 50;
const calibrates = 7;

const { positionals } = parseArgs({ allowPositionals: true });
const [model, photos, names = 'last', preprocess = 'caffe'] = positionals;
if (model === undefined || photos === undefined) throw new Error('Give a model and a folder of photos.');
const layers = names.split(',');

const folder = temporaryFolder();
const given = { input: photos, model, output: 'out', preprocess };
const preprocessing = resolvePreprocessing((await readConfiguration(given)).preprocess);
const pictures = (await readdir(photos)).sort();
const calibration = pictures.filter((_, i) => i % calibrates === 0);
const others = pictures.filter((_, i) => i % calibrates !== 0);
const shown = others.filter((_, i) => i % Math.floor(others.length / compared) === 0).slice(0, compared);

await mkdir(join(folder, 'pictures'));
const input = { name: 'input', channels: 3, ...preprocessing.size, layout: 'NCHW' as const };
for (const name of calibration) {
  const values = scaledPixels(await pixelsOf(name), preprocessing, input);
  await writeFile(join(folder, 'pictures', `${name}.f32`), values);
}
const quantise = join(packageFolder, 'test/oracle/quantize.py');
const written = join(folder, 'quantised');
await promisify(execFile)(process.env.PYTHON ?? 'python3', [quantise, model, join(folder, 'pictures'), written]);

const float = await explained(model, preprocessing);
printMachine();
console.log(`\n${shown.length} photos, calibrated with ${calibration.length} others`);
const rows: string[][] = [];
for (const file of (await readdir(written)).sort()) {
  const quantised = await explained(join(written, file), preprocessing, float);
  const changed = quantised.filter(({ best }, i) => best !== at(float, i).best).length;
  for (const [place, layer] of layers.entries()) {
    const maps = quantised.map((each) => at(each.maps, place));
    const near = maps.flatMap((map, i) => (isBlank(map) ? [] : [correlation(map, at(at(float, i).maps, place))]));
    const ends = near.length === 0 ? ['-', '-'] : [quantile(near, 0.5), quantile(near, 0)].map((r) => r.toFixed(3));
    const blank = maps.filter(isBlank).length;
    rows.push([`${file}, ${layer}`, percent(changed), ...ends, percent(blank)]);
  }
}
printTable(['', 'other answer', 'median correlation', 'lowest', 'blank'], rows);

interface Answer {
  best: number;
  /** Grad-CAM of the float model's best class, a map for each layer. */
  maps: Float32Array[];
}

/** @param float answers whose best classes are explained; default: each model's own */
async function explained(file: string, pixels: Preprocessing, float?: readonly Answer[]): Promise<Answer[]> {
  const target = float === undefined ? 'predicted' : 'label';
  await using explainer = await Explainer.open({ model: file, layers, pixels, targets: [target], batchSize: 1 });
  const answers: Answer[] = [];
  for (const [i, name] of shown.entries()) {
    const labels = float === undefined ? {} : { labels: Int32Array.of(at(float, i).best) };
    const explanation = await explainer.explain(await pixelsOf(name), { count: 1, ...labels });
    answers.push({ best: bestOf(explanation), maps: layers.map((layer) => mapOf(explanation, layer)) });
  }
  return answers;
}

async function pixelsOf(name: string): Promise<Uint8Array> {
  const { pixels } = await decodeImage(await readFile(join(photos ?? '', name)), preprocessing);
  if (!(pixels instanceof Uint8Array)) throw new TypeError(`${name} is no picture of bytes.`);
  return pixels;
}

function bestOf({ logits }: Explanation): number {
  return logits.indexOf(Math.max(...logits));
}

function mapOf({ maps }: Explanation, layer: string): Float32Array {
  const map = maps.find((each) => each.layer === layer);
  if (map === undefined) throw new Error(`There is no map of ${layer}.`);
  return map.values;
}

function isBlank(map: Float32Array): boolean {
  return map.every((value) => value === 0);
}

/** Pearson's. */
function correlation(a: Float32Array, b: Float32Array): number {
  const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanOfA, meanOfB] = [mean(a), mean(b)];
  let [together, ofA, ofB] = [0, 0, 0];
  for (const [i, value] of a.entries()) {
    const [x, y] = [value - meanOfA, at(b, i) - meanOfB];
    together += x * y;
    ofA += x * x;
    ofB += y * y;
  }
  return together / Math.sqrt(ofA * ofB);
}

function percent(count: number): string {
  return `${((100 * count) / shown.length).toFixed(0)}%`;
}
