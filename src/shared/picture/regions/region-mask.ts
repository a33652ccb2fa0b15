/** Regions of an original, as the pixels of what the model saw of it. */

import type { Rectangle, Size } from '../raster.ts';
import { fillRuns } from './run-lengths.ts';

/** In pixels of the annotated image, origin at the top left corner of the top left pixel. */
export type RegionShape =
  | { kind: 'box'; left: number; top: number; width: number; height: number }
  /** Each a list `x, y, x, y, ...`; together they are the region. */
  | { kind: 'polygons'; polygons: number[][] }
  /** See `run-lengths.ts`. */
  | { kind: 'runs'; counts: number[]; size: Size };

export interface Region {
  /** Size of the image that was annotated; null when it is not told: that of the original. */
  image: Size | null;
  shape: RegionShape;
}

export interface SeenPicture extends Size {
  /** Of the whole original. */
  original: Size;
  /** What the model's picture covers in the original, in its pixels. */
  placement: Rectangle;
}

/** 1 for every pixel of what the model saw whose centre lies in one of the regions, `[height, width]`. */
export function regionMask(regions: readonly Region[], seen: SeenPicture): Uint8Array {
  const mask = new Uint8Array(seen.width * seen.height);
  for (const { image, shape } of regions) {
    const annotated = image ?? seen.original;
    const across = axis(seen.placement.left, seen.placement.width, seen.width, annotated.width / seen.original.width);
    const down = axis(seen.placement.top, seen.placement.height, seen.height, annotated.height / seen.original.height);
    const tests = testsOf(shape, annotated);
    for (let row = 0; row < seen.height; row++) {
      const inside = tests(down(row));
      if (inside === null) continue;
      for (let column = 0; column < seen.width; column++) {
        if (inside(across(column))) mask[row * seen.width + column] = 1;
      }
    }
  }
  return mask;
}

/** From the number of a pixel to where its centre lies in the annotated image. */
function axis(start: number, length: number, pixels: number, scale: number): (pixel: number) => number {
  return (pixel) => (start + ((pixel + 0.5) * length) / pixels) * scale;
}

type RowTest = (x: number) => boolean;

/** For a height, which places of the row are inside; null when none is. */
function testsOf(shape: RegionShape, image: Size): (y: number) => RowTest | null {
  switch (shape.kind) {
    case 'box': {
      const { left, top, width, height } = shape;
      return (y) => (y >= top && y < top + height ? (x) => x >= left && x < left + width : null);
    }
    case 'polygons':
      return (y) => {
        const rows = shape.polygons.map((polygon) => crossings(polygon, y)).filter((row) => row.length > 0);
        return rows.length === 0 ? null : (x) => rows.some((row) => isBetween(row, x));
      };
    case 'runs': {
      const { counts, size } = shape;
      const mask = fillRuns(counts, size.width * size.height);
      const [across, down] = [size.width / image.width, size.height / image.height];
      return (y) => {
        const row = Math.floor(y * down);
        if (row < 0 || row >= size.height) return null;
        return (x) => {
          const column = Math.floor(x * across);
          return column >= 0 && column < size.width && mask[column * size.height + row] === 1;
        };
      };
    }
  }
}

/** Where a polygon's edges cross a row, from left to right. */
function crossings(polygon: readonly number[], y: number): number[] {
  const found: number[] = [];
  for (let i = 0; i + 1 < polygon.length; i += 2) {
    const next = (i + 2) % (polygon.length - (polygon.length % 2));
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = [polygon[i], polygon[i + 1], polygon[next], polygon[next + 1]];
    if (y0 <= y === y1 <= y) continue;
    found.push(x0 + ((y - y0) * (x1 - x0)) / (y1 - y0));
  }
  return found.sort((a, b) => a - b);
}

/** Whether an odd number of crossings lies to the left. */
function isBetween(row: readonly number[], x: number): boolean {
  let left = 0;
  while (left < row.length && (row[left] ?? 0) <= x) left += 1;
  return left % 2 === 1;
}
