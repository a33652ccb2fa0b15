/** Parts of a picture. */

import { resizeInto } from '../explain/resize.ts';
import type { Size } from '../shared/picture/raster.ts';

/** Which pixels are meant. */
export interface Mask extends Size {
  /** `[height, width]`: 1 for those. */
  inside: Uint8Array;
  /** How many there are. */
  count: number;
}

/** A map of a picture, in cells. */
export interface Heatmap extends Size {
  /** `[height, width]`. */
  values: ArrayLike<number>;
}

export function maskOf({ width, height }: Size, isInside: (x: number, y: number) => boolean): Mask {
  const inside = new Uint8Array(width * height);
  let count = 0;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (!isInside(x, y)) continue;
      inside[at] = 1;
      count += 1;
    }
  }
  return { width, height, inside, count };
}

/**
 * Where a heatmap is bright.
 * @param heatmap row by row; negative values count as nothing
 * @param limits `least`: the share of its maximum from which a place is bright; `most`: the share of the picture that may be, the brightest of it
 * @returns null for a heatmap that shows nothing, or everything alike
 */
export function brightRegion(
  heatmap: Heatmap,
  size: Size,
  { least, most }: { least: number; most: number },
): Mask | null {
  const { values, max } = brightnessOf(heatmap, size);
  if (!(max > 0)) return null;
  const from = Math.max(least * max, rankedAbove(values, least * max, Math.floor((1 - most) * (values.length - 1))));
  const found = maskOf(size, (x, y) => (values[y * size.width + x] ?? 0) >= from);
  return found.count > 2 * most * values.length ? null : found;
}

/** How bright a heatmap is at each pixel of a picture, and at the most; negative values count as nothing. */
export function brightnessOf(heatmap: Heatmap, size: Size): { values: Float64Array; max: number } {
  const cells = Float64Array.from(heatmap.values, (value) => Math.max(value, 0));
  const values = resizeInto(new Float64Array(size.width * size.height), cells, heatmap, size);
  return { values, max: values.reduce((a, b) => Math.max(a, b), 0) };
}

/** The value of a rank, counted from the lowest, where it is above `limit`; else that limit. Only what lies above is sorted. */
function rankedAbove(values: Float64Array, limit: number, rank: number): number {
  const above = values.filter((value) => value > limit);
  const below = values.length - above.length;
  return below > rank ? limit : (above.sort()[rank - below] ?? limit);
}

/** What lies within `share` of the shorter side from the border. */
export function borderOf(size: Size, share: number): Mask {
  const width = borderWidth(size, share);
  return maskOf(size, (x, y) => Math.min(x, y, size.width - 1 - x, size.height - 1 - y) < width);
}

/** In pixels. */
function borderWidth(size: Size, share: number): number {
  return Math.max(2, Math.round(Math.min(size.width, size.height) * share));
}

/** Of a region that is moved, the share that may still lie on the region itself. */
const mostOverlap = 0.2;

/**
 * The same shape at three other places: mirrored across the middle; where it would lie on itself, moved by half the picture, around its edges.
 */
export function otherPlaces(mask: Mask): Mask[] {
  const { width, height } = mask;
  const flips = [
    (x: number, y: number) => ({ x: width - 1 - x, y }),
    (x: number, y: number) => ({ x, y: height - 1 - y }),
    (x: number, y: number) => ({ x: width - 1 - x, y: height - 1 - y }),
  ];
  const mirrored = flips.map((flip) => moved(mask, flip));
  if (mirrored.every((other) => overlap(mask, other) <= mostOverlap)) return mirrored;
  const [right, down] = [Math.floor(width / 2), Math.floor(height / 2)];
  const shifts = [
    [right, 0],
    [0, down],
    [right, down],
  ] as const;
  return shifts.map(([dx, dy]) => moved(mask, (x, y) => ({ x: (x + dx) % width, y: (y + dy) % height })));
}

function moved(mask: Mask, place: (x: number, y: number) => { x: number; y: number }): Mask {
  return maskOf(mask, (x, y) => {
    const from = place(x, y);
    return mask.inside[from.y * mask.width + from.x] === 1;
  });
}

/** The mask moved to the right and down, round the edges. */
export function shifted(mask: Mask, right: number, down: number): Mask {
  const { width, height } = mask;
  return moved(mask, (x, y) => ({ x: wrapped(x - right, width), y: wrapped(y - down, height) }));
}

/** A place along a side, round the edge. */
export function wrapped(place: number, length: number): number {
  return ((place % length) + length) % length;
}

/** Share of `mask` that is in `other`, too. */
export function overlap(mask: Mask, other: Mask): number {
  let both = 0;
  mask.inside.forEach((inside, at) => {
    if (inside === 1 && other.inside[at] === 1) both += 1;
  });
  return both / Math.max(1, mask.count);
}
