import type { Size } from '../../../shared/picture/raster.ts';
import type { Grid } from '../../../shared/picture/upsample.ts';

/** What a grid of this size becomes. */
export function shrunkSize({ height, width }: Size, limit: number): Size {
  return { height: Math.min(height, limit), width: Math.min(width, limit) };
}

/** The grid with no side over `limit`: each new cell is the mean of the area of the old ones that it covers. */
export function shrinkGrid(grid: Grid, limit: number): Grid {
  const { height, width } = shrunkSize(grid, limit);
  if (height === grid.height && width === grid.width) return grid;
  const rows = coverage(grid.height, height);
  const columns = coverage(grid.width, width);
  const values = new Float32Array(height * width);
  for (const [row, fromRows] of rows.entries()) {
    for (const [column, fromColumns] of columns.entries()) {
      let sum = 0;
      for (const { at: y, share: vertical } of fromRows) {
        for (const { at: x, share } of fromColumns) sum += (grid.values[y * grid.width + x] ?? 0) * vertical * share;
      }
      values[row * width + column] = sum;
    }
  }
  return { values, height, width };
}

/** For each of `to` cells the old cells that it covers and the share of it that each of them makes. */
function coverage(from: number, to: number): { at: number; share: number }[][] {
  return Array.from({ length: to }, (_, cell) => {
    const start = (cell * from) / to;
    const end = ((cell + 1) * from) / to;
    const first = Math.floor(start);
    return Array.from({ length: Math.ceil(end) - first }, (_, offset) => {
      const at = first + offset;
      return { at, share: (Math.min(at + 1, end) - Math.max(at, start)) / (end - start) };
    });
  });
}
