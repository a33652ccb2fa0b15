/** What is shown of an image only when it is opened: its maps' numbers, its best scores, its heatmaps. */

import { Float16Array } from '@petamoriken/float16';
import { classesOf, pairsOf } from '../../shared/run/image-decisions.ts';
import type { DoneRecord, MapRecord } from '../../shared/run/record.ts';
import type { EvidenceRows } from '../read/evidence.ts';
import { digits } from './digits.ts';
import { packFloats, packHalves } from './packed-array.ts';
import type { ImageDecisions, ImageDetails, ImageDetailsFile, MapDetails, PackedHeatmaps } from './page-data.ts';

/** A raw map of one image, `[height, width]`. */
export interface Heatmap {
  height: number;
  width: number;
  values: Float32Array;
}

export interface DetailedImage {
  details: ImageDetails;
  /** By the page's maps; left out or null where there is no evidence. */
  heatmaps: (Heatmap | null | undefined)[];
}

export function imageDetails(record: DoneRecord, mapIndex: (map: MapRecord) => number): ImageDetails {
  return {
    width: record.image.width,
    height: record.image.height,
    top: record.top.map(({ class: index, score }) => ({ class: index, score: digits(score, 5) })),
    maps: record.maps.map((map) => mapDetails(map, mapIndex(map))),
    ...(record.decided === undefined ? {} : { multiLabel: decisionsOf(record) }),
  };
}

/** Of more classes only those are kept that are true, decided or explained. */
const mostScores = 64;

function decisionsOf(record: DoneRecord): ImageDecisions {
  const { labels = null, unknown = [], decided = [], maps } = record;
  const shown = new Set([...(labels ?? []), ...decided, ...maps.map((map) => map.class)]);
  const all = Math.max(classesOf(record), ...[...shown].map((index) => index + 1));
  const scores = [...pairsOf(record, all)]
    .filter((pair) => all <= mostScores || shown.has(pair.class))
    .sort((a, b) => (b.score ?? -1) - (a.score ?? -1) || a.class - b.class)
    .map(({ class: index, score }) => ({ class: index, score: score === null ? null : digits(score, 5) }));
  return { labels, unknown, scores };
}

function mapDetails(record: MapRecord, map: number): MapDetails {
  return {
    map,
    class: record.class,
    shape: record.shape,
    min: digits(record.min, 5),
    max: digits(record.max, 5),
    mean: digits(record.mean, 5),
    peak: point(record.peak),
    centre: record.centre && point(record.centre),
    areaAboveHalf: digits(record.areaAboveHalf, 5),
    borderShare: digits(record.borderShare, 5),
    degenerateReason: record.degenerateReason,
    ...(record.targets === undefined ? {} : { targets: record.targets }),
  };
}

function point({ x, y }: { x: number; y: number }): { x: number; y: number } {
  return { x: digits(x, 5), y: digits(y, 5) };
}

/** One image's map among the rows that were read for a shard. */
export function heatmapOf({ height, width, heatmaps }: EvidenceRows, row: number): Heatmap {
  const length = height * width;
  return { height, width, values: heatmaps.slice(row * length, (row + 1) * length) };
}

/** @param maps number of the page's maps so far */
export function packDetails(images: readonly DetailedImage[], maps: number): ImageDetailsFile {
  return {
    images: images.map(({ details }) => details),
    heatmaps: Array.from({ length: maps }, (_, map) =>
      packHeatmaps(images.map(({ heatmaps }) => heatmaps[map] ?? null)),
    ),
  };
}

/** Images without this map, or with another grid than the first one, get zeros. */
export function packHeatmaps(heatmaps: readonly (Heatmap | null)[]): PackedHeatmaps | null {
  const first = heatmaps.find((heatmap) => heatmap !== null);
  if (!first) return null;
  const { height, width } = first;
  const length = height * width;
  const scaled = new Float32Array(heatmaps.length * length);
  const scales = heatmaps.map((heatmap, image) => {
    if (heatmap === null || heatmap.height !== height || heatmap.width !== width) return 0;
    const { values } = heatmap;
    let scale = 0;
    for (let cell = 0; cell < length; cell += 1) scale = Math.max(scale, Math.abs(values[cell] ?? 0));
    if (scale === 0) return 0;
    const start = image * length;
    for (let cell = 0; cell < length; cell += 1) scaled[start + cell] = (values[cell] ?? 0) / scale;
    return scale;
  });
  // All at once: number by number the conversion takes most of a large report's time.
  const halves = new Uint8Array(new Float16Array(scaled).buffer);
  return { height, width, values: packHalves(halves), scales: packFloats(scales) };
}
