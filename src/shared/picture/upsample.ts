import { sampleAt } from '../../explain/resize.ts';
import type { Rectangle, Size } from './raster.ts';

/** Values on a grid, row by row, `[height, width]`. */
export interface Grid extends Size {
  values: Float32Array;
}

/** The pixels of a canvas that a map covers (those whose centre lies in its area), and where each of them falls in the grid. */
export interface Coverage {
  left: number;
  top: number;
  columns: Steps;
  rows: Steps;
}

/** For each pixel along an axis: the grid cell before its centre, the one after, and how far it is on the way, 0 to 1. */
interface Steps {
  before: Int32Array;
  after: Int32Array;
  share: Float32Array;
}

/**
 * Lays a grid over `area` of a canvas, bilinearly with half-pixel centres: cell `i` of `n` has its centre at `(i + 0.5) / n` of the area,
 * and beyond the outermost centres the value stays (PyTorch's `interpolate` with `align_corners=False`; matplotlib's imshow).
 */
export function cover(grid: Size, area: Rectangle, canvas: Size): Coverage {
  const across = span(area.left, area.width, canvas.width);
  const down = span(area.top, area.height, canvas.height);
  return {
    left: across.first,
    top: down.first,
    columns: steps(across, area.left, area.width, grid.width),
    rows: steps(down, area.top, area.height, grid.height),
  };
}

/** One row of a covered region, into `target`. */
export function interpolateRow(grid: Grid, { columns, rows }: Coverage, row: number, target: Float32Array): void {
  const { values, width } = grid;
  const upper = (rows.before[row] ?? 0) * width;
  const lower = (rows.after[row] ?? 0) * width;
  const down = rows.share[row] ?? 0;
  const line = new Float32Array(width);
  for (let x = 0; x < width; x++) {
    const above = values[upper + x] ?? 0;
    line[x] = above + ((values[lower + x] ?? 0) - above) * down;
  }
  for (let x = 0; x < target.length; x++) {
    const before = line[columns.before[x] ?? 0] ?? 0;
    const after = line[columns.after[x] ?? 0] ?? 0;
    target[x] = before + (after - before) * (columns.share[x] ?? 0);
  }
}

/** The pixels whose centres lie in `start <= centre < start + length`. */
function span(start: number, length: number, limit: number): { first: number; count: number } {
  const first = Math.min(Math.max(Math.ceil(start - 0.5), 0), limit);
  const end = Math.min(Math.max(Math.ceil(start + length - 0.5), first), limit);
  return { first, count: end - first };
}

function steps(
  { first, count }: { first: number; count: number },
  start: number,
  length: number,
  cells: number,
): Steps {
  const before = new Int32Array(count);
  const after = new Int32Array(count);
  const share = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const sample = sampleAt(first + i + 0.5 - start, length, cells);
    before[i] = sample.low;
    after[i] = sample.high;
    share[i] = sample.share;
  }
  return { before, after, share };
}
