/** Laying one picture's detail over another's. */

import type { Size } from '../../shared/picture/raster.ts';
import { wrapped } from '../mask.ts';

/** To where something lies in another picture, round the edges. */
export interface Shift {
  right: number;
  down: number;
}

/** A shift, and the sum of products there. */
export interface Alignment extends Shift {
  product: number;
}

/** Cells along the shorter side, in which pictures are laid over each other first. */
const cellsAlong = 56;
/** Share of the picture's shorter side by which a mark may lie beside that of another picture. */
const farthest = 0.1;

/** Values at some places of a plane; nothing elsewhere. */
interface Pattern {
  columns: Int32Array;
  rows: Int32Array;
  values: Float64Array;
}

/** A plane `[height, width]` in pixels, and summed up in square cells. */
export interface LayeredPlane extends Size {
  pixels: Float64Array;
  cells: Float64Array;
  /** Pixels along a side of a cell. */
  cell: number;
}

/** What is looked for, in pixels and in cells. */
export interface LayeredPattern {
  pixels: Pattern;
  cells: Pattern;
}

export function layered(pixels: Float64Array, { width, height }: Size): LayeredPlane {
  const cell = Math.max(1, Math.round(Math.min(width, height) / cellsAlong));
  const size = cellSize({ width, height, cell });
  const cells = new Float64Array(size.width * size.height);
  for (let y = 0; y < size.height * cell; y++) {
    for (let x = 0; x < size.width * cell; x++) {
      const to = Math.floor(y / cell) * size.width + Math.floor(x / cell);
      cells[to] = (cells[to] ?? 0) + (pixels[y * width + x] ?? 0);
    }
  }
  return { width, height, pixels, cells, cell };
}

function cellSize({ width, height, cell }: Omit<LayeredPlane, 'pixels' | 'cells'>): Size {
  return { width: Math.floor(width / cell), height: Math.floor(height / cell) };
}

/** Of a plane's pixels and cells the shares whose values are farthest from 0. */
export function patternOf(plane: LayeredPlane, shares = { pixels: 1, cells: 1 }): LayeredPattern {
  return {
    pixels: farthestFrom0(plane.pixels, plane.width, shares.pixels),
    cells: farthestFrom0(plane.cells, cellSize(plane).width, shares.cells),
  };
}

function farthestFrom0(plane: Float64Array, width: number, share: number): Pattern {
  const least = share < 1 ? (plane.map(Math.abs).sort()[Math.floor(plane.length * (1 - share))] ?? 0) : 0;
  const [columns, rows, values]: [number[], number[], number[]] = [[], [], []];
  plane.forEach((value, at) => {
    if (value === 0 || Math.abs(value) < least) return;
    columns.push(at % width);
    rows.push(Math.floor(at / width));
    values.push(value);
  });
  return { columns: Int32Array.from(columns), rows: Int32Array.from(rows), values: Float64Array.from(values) };
}

/** How far what the pattern shows has to be looked for in a plane: where the two correlate most, in cells, then in pixels. */
export function aligned({ pixels, cells }: LayeredPattern, plane: LayeredPlane): Alignment {
  const near = alignedCells(cells, plane);
  const [right, down] = [near.right * plane.cell, near.down * plane.cell];
  return bestShift(pixels, plane.pixels, plane, { right, down }, plane.cell);
}

/** The same in cells. */
export function alignedCells(pattern: Pattern, plane: LayeredPlane): Alignment {
  const far = Math.round((Math.min(plane.width, plane.height) * farthest) / plane.cell);
  return bestShift(pattern, plane.cells, cellSize(plane), { right: 0, down: 0 }, far);
}

function bestShift(
  { columns, rows, values }: Pattern,
  plane: Float64Array,
  { width, height }: Size,
  around: Shift,
  far: number,
): Alignment {
  const best = { right: 0, down: 0, product: Number.NEGATIVE_INFINITY };
  for (let down = around.down - far; down <= around.down + far; down++) {
    for (let right = around.right - far; right <= around.right + far; right++) {
      const [toRight, toDown] = [wrapped(right, width), wrapped(down, height)];
      let product = 0;
      for (let i = 0; i < values.length; i++) {
        const x = (columns[i] ?? 0) + toRight;
        const y = (rows[i] ?? 0) + toDown;
        product += (values[i] ?? 0) * (plane[(y < height ? y : y - height) * width + (x < width ? x : x - width)] ?? 0);
      }
      if (product > best.product) Object.assign(best, { right, down, product });
    }
  }
  return best;
}

/** The value of a plane `[height, width]` at a place moved by a shift. */
export function valueAt(plane: Float64Array, { width, height }: Size, x: number, y: number, by: Shift): number {
  return plane[wrapped(y + by.down, height) * width + wrapped(x + by.right, width)] ?? 0;
}
