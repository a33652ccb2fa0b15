/** Loading what is shown only of an opened image. */

import { unpackFloats, unpackHalves } from '../packed-array.ts';
import { detailsName, detailsRows, type ImageDetails, type ImageDetailsFile, registrar } from '../page-data.ts';

/** A raw signed map, `[height, width]`. */
export interface Heatmap {
  height: number;
  width: number;
  values: Float32Array;
}

export interface OpenedImage extends ImageDetails {
  /** By the page's maps. */
  heatmaps: (Heatmap | null)[];
}

const filesKept = 24;
const received = new Map<string, object>();
/** Least recently used first. */
const files = new Map<string, Promise<ImageDetailsFile>>();

/** What the data files call. @param onReport gets the content of `report.js` */
export function registerDataFiles(onReport: (content: object) => void): void {
  Object.assign(globalThis, {
    [registrar](name: string, content: object) {
      if (name === 'report') onReport(content);
      else received.set(name, content);
    },
  });
}

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
  return { ...details, heatmaps: file.heatmaps.map((packed) => packed && heatmapAt(packed, place)) };
}

/** By a classic script, because a page opened from disk may not fetch. */
function load(name: string): Promise<ImageDetailsFile> {
  const script = document.createElement('script');
  script.src = `data/${name}.js`;
  return new Promise<ImageDetailsFile>((resolve, reject) => {
    script.onload = () => {
      const content = received.get(name);
      received.delete(name);
      if (isDetailsFile(content)) resolve(content);
      else reject(new Error(`data/${name}.js is not a data file of this report.`));
    };
    script.onerror = () => {
      files.delete(name);
      reject(new Error(`data/${name}.js could not be loaded. Is the report's folder complete?`));
    };
    document.head.append(script);
  }).finally(() => script.remove());
}

function isDetailsFile(content: object | undefined): content is ImageDetailsFile {
  return content !== undefined && 'images' in content && 'heatmaps' in content;
}

function heatmapAt(packed: NonNullable<ImageDetailsFile['heatmaps'][number]>, place: number): Heatmap {
  const { height, width } = packed;
  const scale = unpackFloats(packed.scales)[place] ?? 0;
  const values = unpackHalves(packed.values).slice(place * height * width, (place + 1) * height * width);
  return { height, width, values: values.map((value) => value * scale) };
}
