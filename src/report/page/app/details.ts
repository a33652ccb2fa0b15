/** Loading what is shown only of an opened image. */

import { unpackFloats, unpackHalves } from '../packed-array.ts';
import {
  detailsName,
  detailsRows,
  type ImageDetails,
  type ImageDetailsFile,
  type PackedHeatmaps,
} from '../page-data.ts';
import { loadDataFile } from './data-files.ts';

/** A raw signed map, `[height, width]`. */
export interface Heatmap {
  height: number;
  width: number;
  values: Float32Array;
}

export interface OpenedImage extends ImageDetails {
  row: number;
  /** By the page's maps. */
  heatmaps: (Heatmap | null)[];
}

const filesKept = 24;
/** Least recently used first. */
const files = new Map<string, Promise<ImageDetailsFile>>();

/** @throws Error when the file is missing or holds something else */
export async function openImage(row: number): Promise<OpenedImage> {
  const name = detailsName(row);
  const loading = files.get(name) ?? load(name);
  files.delete(name);
  files.set(name, loading);
  const [oldest] = files.keys();
  if (files.size > filesKept && oldest !== undefined) files.delete(oldest);
  const file = await loading;
  const place = row % detailsRows;
  const details = file.images[place];
  if (!details) throw new Error(`${name}.js has no image ${place}.`);
  return { ...details, row, heatmaps: file.heatmaps.map((packed) => packed && heatmapAt(packed, place)) };
}

function load(name: string): Promise<ImageDetailsFile> {
  const loading = loadDataFile(name, isDetailsFile);
  loading.catch(() => files.delete(name));
  return loading;
}

function isDetailsFile(content: object): content is ImageDetailsFile {
  return 'images' in content && 'heatmaps' in content;
}

/** @param place of the image in the file */
function heatmapAt(packed: PackedHeatmaps, place: number): Heatmap {
  const { height, width } = packed;
  const scale = unpackFloats(packed.scales)[place] ?? 0;
  const values = unpackHalves(packed.values).slice(place * height * width, (place + 1) * height * width);
  return { height, width, values: values.map((value) => value * scale) };
}
