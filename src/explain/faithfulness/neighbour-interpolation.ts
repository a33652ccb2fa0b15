/** Filling a hole in a grid so that every cell of it is the weighted mean of its neighbours. */

import { type GridSize, sampleAt } from '../resize.ts';
import { HoleEquations } from './hole-equations.ts';

/** Grids with fewer cells than this are solved without a coarser one. */
const smallest = 64;

/**
 * Solves `sum_j w_ij (x_i - x_j) = 0` for all cells of the hole, j over the neighbours inside the grid, the others being known: first
 * on a grid of half as many rows and columns, which is a good guess to start from. One hole serves many grids of values.
 */
export class Hole {
  readonly #mask: Uint8Array;
  readonly #size: GridSize;
  readonly #equations: HoleEquations;
  /** Null where the guess needs none. */
  readonly #half: HalfGrid | null;

  /** @param mask 1 for cells to fill; at least one cell is not */
  constructor(mask: Uint8Array, size: GridSize) {
    this.#mask = mask;
    this.#size = size;
    this.#equations = new HoleEquations(mask, size);
    this.#half = mask.length < smallest ? null : halfOf(mask, size);
  }

  /** Fills the hole in `values`, `[height, width]`, in place. */
  fill(values: Float64Array): void {
    if (this.#half !== null) this.#guess(values, this.#half);
    this.#equations.solve(values);
  }

  #guess(values: Float64Array, { size, counts, hole }: HalfGrid): void {
    const { height, width } = this.#size;
    const mask = this.#mask;
    const coarse = new Float64Array(counts.length);
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at++) {
        if (mask[at] === 1) continue;
        const place = (y >> 1) * size.width + (x >> 1);
        coarse[place] = (coarse[place] ?? 0) + (values[at] ?? 0) / (counts[place] ?? 1);
      }
    }
    hole?.fill(coarse);
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at++) {
        if (mask[at] === 1) values[at] = between(coarse, size, y, x);
      }
    }
  }
}

interface HalfGrid {
  size: GridSize;
  /** How many known cells each of its cells stands for. */
  counts: Uint8Array;
  /** Where that is none; null when it is nowhere. */
  hole: Hole | null;
}

function halfOf(mask: Uint8Array, { height, width }: GridSize): HalfGrid {
  const size = { height: Math.ceil(height / 2), width: Math.ceil(width / 2) };
  const counts = new Uint8Array(size.height * size.width);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const place = (y >> 1) * size.width + (x >> 1);
      if (mask[at] !== 1) counts[place] = (counts[place] ?? 0) + 1;
    }
  }
  const coarse = counts.map((count) => (count === 0 ? 1 : 0));
  return { size, counts, hole: coarse.includes(1) ? new Hole(coarse, size) : null };
}

/** Of a grid of half as many rows and columns, the value at a cell of the whole one: bilinear, as `resized`. */
function between(grid: Float64Array, { height, width }: GridSize, row: number, column: number): number {
  const y = sampleAt(row + 0.5, 2 * height, height);
  const x = sampleAt(column + 0.5, 2 * width, width);
  const above = y.low * width;
  const below = y.high * width;
  const first = (grid[above + x.low] ?? 0) + ((grid[above + x.high] ?? 0) - (grid[above + x.low] ?? 0)) * x.share;
  const second = (grid[below + x.low] ?? 0) + ((grid[below + x.high] ?? 0) - (grid[below + x.low] ?? 0)) * x.share;
  return first + (second - first) * y.share;
}
