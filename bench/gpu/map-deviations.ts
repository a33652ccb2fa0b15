/** How far raw maps of a device are from those of float64, or from the processor's where there is no PyTorch. */

import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { at } from '../../src/explain/at.ts';
import type { Precision } from '../../src/explain/options.ts';
import { decodeImage } from '../../src/worker/pipeline/decode/decode.ts';
import { resolvePreprocessing } from '../../src/worker/pipeline/decode/preprocessing.ts';
import { imageSide } from '../models/network.ts';
import { printTable } from '../table.ts';
import type { WrittenModel } from './engine.ts';
import { runPython } from './run-python.ts';

export interface PrecisionSettings {
  provider: string;
  /** A folder of JPEGs. */
  photos: string;
  images: number;
  /** Null: no PyTorch. */
  python: string | null;
  folder: string;
}

/** Where and in which numbers maps are computed. */
interface Way {
  name: string;
  provider: string;
  precision: Precision;
}

/** By way: the largest deviation of each layer, relative to the largest magnitude of its map. */
const deviations = z.record(z.string(), z.array(z.number()));

export async function comparePrecision(
  models: readonly WrittenModel[],
  { provider, photos, images, python, folder }: PrecisionSettings,
): Promise<void> {
  const pixels = join(folder, 'pixels.u8');
  await writeFile(pixels, await seenPixels(photos, images));
  const ways = waysOf(provider);
  const reference = python === null ? 'those of the processor' : 'PyTorch in float64';
  console.log(
    `\nLargest deviation of a raw map from ${reference}, relative to the map's largest magnitude, over ${images} photographs`,
  );
  for (const { model, file } of models) {
    const layers = [at(model.layers, 0), at(model.layers, 2)];
    const folders = ways.map((_, i) => join(folder, `maps-${model.name}-${i}`));
    for (const [i, way] of ways.entries())
      await computeMaps(way, [file, pixels, layers.join(',')], images, at(folders, i));
    const rows =
      python === null
        ? await deviationsFromFirst(ways, folders, layers)
        : Object.entries(
            deviations.parse(
              await runPython(python, 'torch_maps.py', [
                ...[file, model.name, layers.join(','), pixels, String(images)],
                ...ways.map(({ name }, i) => `${name}=${folders[i]}`),
              ]),
            ),
          );
    printTable(
      [model.name, ...layers],
      rows.map(([name, found]) => [name, ...found.map((value) => value.toExponential(1))]),
    );
  }
}

function waysOf(provider: string): Way[] {
  const cpu: Way = { name: 'Gradline, processor', provider: 'cpu', precision: 'float32' };
  if (provider === 'cpu') return [cpu];
  const precisions: Precision[] = provider === 'cuda' ? ['float32', 'tf32', 'float16'] : ['float32'];
  return [
    cpu,
    ...precisions.map((precision) => ({ name: `Gradline, ${provider}, ${precision}`, provider, precision })),
  ];
}

async function seenPixels(photos: string, images: number): Promise<Uint8Array> {
  const preprocessing = resolvePreprocessing({ preset: 'imagenet' }, { height: imageSide, width: imageSide });
  const names = (await readdir(photos)).sort();
  const pictures: Uint8Array[] = [];
  for (let i = 0; i < images; i += 1) {
    const bytes = await readFile(join(photos, at(names, i % names.length)));
    pictures.push((await decodeImage(bytes, preprocessing, { channels: 3 })).pixels);
  }
  return Buffer.concat(pictures);
}

async function computeMaps(
  { provider, precision }: Way,
  [file = '', pixels = '', layers = '']: string[],
  images: number,
  target: string,
): Promise<void> {
  const program = fileURLToPath(new URL('./maps-process.js', import.meta.url));
  const args = [program, file, provider, pixels, String(images), layers, target, precision];
  await promisify(execFile)(process.execPath, args);
}

async function deviationsFromFirst(
  ways: readonly Way[],
  folders: readonly string[],
  layers: readonly string[],
): Promise<[string, number[]][]> {
  const read = async (folder: string, layer: number) => {
    const { buffer, byteOffset, length } = await readFile(join(folder, `${layer}.f32`));
    return new Float32Array(buffer.slice(byteOffset, byteOffset + length));
  };
  const rows: [string, number[]][] = [];
  for (const [i, way] of ways.entries()) {
    const found: number[] = [];
    for (const layer of layers.keys()) {
      found.push(deviation(await read(at(folders, i), layer), await read(at(folders, 0), layer)));
    }
    rows.push([way.name, found]);
  }
  return rows;
}

/** Over all maps of a layer at once. */
function deviation(maps: Float32Array, reference: Float32Array): number {
  let largest = 0;
  let scale = 0;
  reference.forEach((value, i) => {
    scale = Math.max(scale, Math.abs(value));
    largest = Math.max(largest, Math.abs(value - at(maps, i)));
  });
  return largest / scale;
}
