/** One picture to try a model with: cloudy colours with detail at every size, as photographs have. */

import { uniformNumbers } from '../random-numbers.ts';

/** Mean and standard deviation of the samples, near those of photographs. */
const brightness = 115;
const contrast = 60;
const sensorNoise = 16;

/** Side of the pattern that a picture is made of. */
const side = 64;

/**
 * One picture, `[height, width, 3]`: noise of 2, 8 and 32 cells a side, each half as strong as the one before, in squares of a 64th of the
 * picture; and what a sensor adds.
 */
export function testPicture(number: number, { height, width }: { height: number; width: number }): Uint8Array {
  const random = uniformNumbers(number + 1);
  const pattern = new Float32Array(side * side * 3);
  for (let cells = 2, strength = 1; cells <= 32; cells *= 4, strength /= 2) {
    const grid = Float32Array.from({ length: (cells + 1) * (cells + 1) * 3 }, () => 2 * random() - 1);
    addCells(pattern, grid, cells, strength);
  }
  const mean = pattern.reduce((sum, value) => sum + value, 0) / pattern.length;
  const deviation = Math.sqrt(pattern.reduce((sum, value) => sum + (value - mean) ** 2, 0) / pattern.length);
  const samples = pattern.map((value) => brightness + ((value - mean) / Math.max(deviation, 1e-6)) * contrast);
  // As many as never show a pattern beside the squares' 64.
  const noise = Float32Array.from({ length: 4099 }, () => sensorNoise * (random() - 0.5));
  const picture = new Uint8ClampedArray(height * width * 3);
  // Sample of the pattern's first row that stands for each value of a row of the picture.
  const across = Uint16Array.from(
    { length: width * 3 },
    (_, i) => Math.floor((Math.floor(i / 3) * side) / width) * 3 + (i % 3),
  );
  for (let y = 0, place = 0, next = 0; y < height; y++) {
    const row = samples.subarray(Math.floor((y * side) / height) * side * 3);
    for (const from of across) {
      picture[place++] = (row[from] ?? 0) + (noise[next] ?? 0);
      next = next + 1 === noise.length ? 0 : next + 1;
    }
  }
  return new Uint8Array(picture.buffer);
}

/** Adds a grid of colours, between whose corners they change evenly. */
function addCells(pattern: Float32Array, grid: Float32Array, cells: number, strength: number): void {
  const places = Array.from({ length: side }, (_, square) => placeIn(square, cells));
  const below = (cells + 1) * 3;
  let i = 0;
  for (const [row, down] of places) {
    for (const [column, right] of places) {
      const first = row * below + column * 3;
      for (let from = first; from < first + 3; from++, i++) {
        const upper = (grid[from] ?? 0) * (1 - right) + (grid[from + 3] ?? 0) * right;
        const lower = (grid[from + below] ?? 0) * (1 - right) + (grid[from + below + 3] ?? 0) * right;
        pattern[i] = (pattern[i] ?? 0) + strength * (upper * (1 - down) + lower * down);
      }
    }
  }
}

/** Cell of a square, and how far into it the square's centre lies. */
function placeIn(square: number, cells: number): [number, number] {
  const place = ((square + 0.5) / side) * cells;
  const cell = Math.min(Math.floor(place), cells - 1);
  return [cell, place - cell];
}
