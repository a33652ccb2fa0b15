/** Maps that know nothing of the picture: a method that is no better says nothing of the network. */

import { uniformNumbers } from '../random-numbers.ts';
import { type GridSize, resized } from '../resize.ts';

/** Cells of a random map along each side: as many as the last layer of most networks has. */
const side = 7;

/** Random values on a coarse grid, enlarged as maps are: one value a pixel. */
export function randomMap(size: GridSize, seed: number): Float32Array {
  const random = uniformNumbers(seed);
  const cells = Float32Array.from({ length: side * side }, () => random());
  return resized(cells, { height: side, width: side }, size);
}

/** A Gaussian in the middle, a quarter of each side wide: photographers put their subject there. */
export function centredGaussian({ height, width }: GridSize): Float32Array {
  const square = (place: number, length: number) => ((place + 0.5) / length - 0.5) ** 2 / (2 * 0.25 ** 2);
  return Float32Array.from({ length: height * width }, (_, i) =>
    Math.exp(-square(Math.floor(i / width), height) - square(i % width, width)),
  );
}
