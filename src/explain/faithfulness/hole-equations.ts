/** The equations of a hole's cells, and their solution by conjugate gradients: the matrix is symmetric and positive. */

import type { GridSize } from '../resize.ts';

/** Weights of the neighbours of a cell: those beside it, and those at its corners (Rong et al. 2022, ROAD: 1/6 and 1/12), in twelfths. */
const [beside, corner] = [2, 1];
/** The equations hold to within this share of the range of the known values: what is off by that is below the noise that is added. */
const tolerance = 1e-3;
const rounding = 1e-12;
const mostIterations = 500;

export class HoleEquations {
  readonly #mask: Uint8Array;
  readonly #size: GridSize;
  /** Width of the grid with a border of one cell that belongs to nobody. */
  readonly #stride: number;
  /** Places of the hole's cells on the bordered grid, and the sum of their neighbours' weights. */
  readonly #places: Int32Array;
  readonly #total: Float64Array;

  constructor(mask: Uint8Array, size: GridSize) {
    this.#mask = mask;
    this.#size = size;
    this.#stride = size.width + 2;
    this.#places = new Int32Array(mask.reduce((count, inside) => count + inside, 0));
    this.#total = new Float64Array(this.#places.length);
    const { height, width } = size;
    for (let y = 0, at = 0, i = 0; y < height; y++) {
      const rows = (y > 0 ? 1 : 0) + (y < height - 1 ? 1 : 0);
      for (let x = 0; x < width; x++, at++) {
        if (mask[at] !== 1) continue;
        const columns = (x > 0 ? 1 : 0) + (x < width - 1 ? 1 : 0);
        this.#places[i] = (y + 1) * this.#stride + x + 1;
        this.#total[i] = beside * (rows + columns) + corner * rows * columns;
        i += 1;
      }
    }
  }

  /** @param values `[height, width]`; those of the hole are a guess, and become the solution */
  solve(values: Float64Array): void {
    const { x, enough } = this.#bordered(values);
    const [places, total] = [this.#places, this.#total];
    const residual = new Float64Array(places.length);
    const direction = new Float64Array(x.length);
    const product = new Float64Array(places.length);
    // The matrix times x, where what is known of x is brought to the other side.
    this.#multiply(x, residual);
    let [square, largest] = [0, 0];
    for (let i = 0; i < places.length; i++) {
      const value = -(residual[i] ?? 0);
      residual[i] = value;
      direction[places[i] ?? 0] = value;
      square += value * value;
      largest = Math.max(largest, Math.abs(value));
    }
    for (let iteration = 0; largest > enough && iteration < mostIterations; iteration++) {
      const step = square / this.#multiply(direction, product);
      const before = square;
      square = 0;
      largest = 0;
      for (let i = 0; i < total.length; i++) {
        const place = places[i] ?? 0;
        x[place] = (x[place] ?? 0) + step * (direction[place] ?? 0);
        const value = (residual[i] ?? 0) - step * (product[i] ?? 0);
        residual[i] = value;
        square += value * value;
        largest = Math.max(largest, Math.abs(value));
      }
      const share = square / before;
      for (let i = 0; i < total.length; i++) {
        const place = places[i] ?? 0;
        direction[place] = (residual[i] ?? 0) + share * (direction[place] ?? 0);
      }
    }
    this.#readBack(x, values);
  }

  /** The values with their border, and how large a residual may stay. */
  #bordered(values: Float64Array): { x: Float64Array; enough: number } {
    const { height, width } = this.#size;
    const x = new Float64Array((height + 2) * this.#stride);
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let row = 0, at = 0; row < height; row++) {
      for (let column = 0; column < width; column++, at++) {
        const value = values[at] ?? 0;
        x[(row + 1) * this.#stride + column + 1] = value;
        if (this.#mask[at] === 1) continue;
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
    // Where all that is known is equal, rounding is all that is left.
    return { x, enough: tolerance * (high - low) + rounding * Math.max(Math.abs(low), Math.abs(high)) };
  }

  /** For each place the total of its weights times its value, less its neighbours'. @returns the inner product with the values */
  #multiply(grid: Float64Array, product: Float64Array): number {
    const [places, total, stride] = [this.#places, this.#total, this.#stride];
    let inner = 0;
    for (let i = 0; i < places.length; i++) {
      const place = places[i] ?? 0;
      const [up, down] = [place - stride, place + stride];
      const sides = (grid[place - 1] ?? 0) + (grid[place + 1] ?? 0) + (grid[up] ?? 0) + (grid[down] ?? 0);
      const corners = (grid[up - 1] ?? 0) + (grid[up + 1] ?? 0) + (grid[down - 1] ?? 0) + (grid[down + 1] ?? 0);
      const own = grid[place] ?? 0;
      const value = (total[i] ?? 0) * own - beside * sides - corner * corners;
      product[i] = value;
      inner += own * value;
    }
    return inner;
  }

  #readBack(x: Float64Array, values: Float64Array): void {
    const { height, width } = this.#size;
    for (let row = 0, at = 0; row < height; row++) {
      for (let column = 0; column < width; column++, at++) {
        if (this.#mask[at] === 1) values[at] = x[(row + 1) * this.#stride + column + 1] ?? 0;
      }
    }
  }
}
