/** Regions of a picture that are covered: whole pixels, origin top left. */

import type { Region } from '../../../../explore/contract.ts';
import { mostRegions } from '../../../../explore/terms.ts';

interface Size {
  width: number;
  height: number;
}

interface Point {
  x: number;
  y: number;
}

/** As the address has them: `12,40,60,20;80,0,10,10`, each left, top, width and height. What cannot be read is left out. */
export function parseRegions(text: string | null): Region[] {
  const found = (text ?? '').split(';').flatMap((part) => {
    const [, left, top, width, height] = /^(\d{1,5}),(\d{1,5}),(\d{1,5}),(\d{1,5})$/.exec(part)?.map(Number) ?? [];
    if (left === undefined || top === undefined || !width || !height) return [];
    return [{ left, top, width, height }];
  });
  return found.slice(-mostRegions);
}

export function writeRegions(regions: readonly Region[]): string {
  return regions.map(({ left, top, width, height }) => [left, top, width, height].join()).join(';');
}

/** The rectangle between two points, cut to the picture; null for less than two pixels in either direction. */
export function regionBetween(a: Point, b: Point, { width, height }: Size): Region | null {
  const within = (value: number, most: number) => Math.round(Math.min(Math.max(value, 0), most));
  const [left, right] = [within(Math.min(a.x, b.x), width), within(Math.max(a.x, b.x), width)];
  const [top, bottom] = [within(Math.min(a.y, b.y), height), within(Math.max(a.y, b.y), height)];
  if (right - left < 2 || bottom - top < 2) return null;
  return { left, top, width: right - left, height: bottom - top };
}

/** Moved, or made larger, by so many pixels; it stays inside the picture. */
export function movedRegion(region: Region, by: Point, { width, height }: Size): Region {
  return {
    ...region,
    left: Math.min(Math.max(region.left + by.x, 0), width - region.width),
    top: Math.min(Math.max(region.top + by.y, 0), height - region.height),
  };
}

export function resizedRegion(region: Region, by: Point, { width, height }: Size): Region {
  return {
    ...region,
    width: Math.min(Math.max(region.width + by.x, 2), width - region.left),
    height: Math.min(Math.max(region.height + by.y, 2), height - region.top),
  };
}

/** A quarter of the picture's sides, in its middle: where a region that is moved by keys begins. */
export function middleRegion({ width, height }: Size): Region {
  const size = { width: Math.max(2, Math.round(width / 4)), height: Math.max(2, Math.round(height / 4)) };
  return { left: Math.round((width - size.width) / 2), top: Math.round((height - size.height) / 2), ...size };
}

/**
 * The rectangle around the map's peak: cells above half of the maximum that hang together with it, in pixels of the picture. Null where nothing
 * of the map is positive.
 * @param map raw values, `[height, width]`
 */
export function regionAroundPeak(map: Size & { values: ArrayLike<number> }, { width, height }: Size): Region | null {
  const { values } = map;
  let peak = 0;
  for (let cell = 1; cell < values.length; cell += 1) if ((values[cell] ?? 0) > (values[peak] ?? 0)) peak = cell;
  const half = (values[peak] ?? 0) / 2;
  if (!(half > 0)) return null;
  const seen = new Set([peak]);
  // A set's own order makes it the queue as well: what is added while it is walked through comes later.
  for (const cell of seen) {
    const [row, column] = [Math.floor(cell / map.width), cell % map.width];
    const neighbours = [
      row > 0 ? cell - map.width : -1,
      row < map.height - 1 ? cell + map.width : -1,
      column > 0 ? cell - 1 : -1,
      column < map.width - 1 ? cell + 1 : -1,
    ];
    for (const next of neighbours) if (next >= 0 && (values[next] ?? 0) > half) seen.add(next);
  }
  const rows = [...seen].map((cell) => Math.floor(cell / map.width));
  const columns = [...seen].map((cell) => cell % map.width);
  const [across, down] = [width / map.width, height / map.height];
  return regionBetween(
    { x: Math.min(...columns) * across, y: Math.min(...rows) * down },
    { x: (Math.max(...columns) + 1) * across, y: (Math.max(...rows) + 1) * down },
    { width, height },
  );
}
