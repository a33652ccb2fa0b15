import { at } from '../../at.ts';
import { peaks, type RepeatedMethod } from './probe.ts';

/** Weights of a cell and its neighbours, by how many steps apart they are along each axis. */
const kernel = [
  [1 / 4, 1 / 8],
  [1 / 8, 1 / 16],
];

/**
 * Recipro-CAM: the class's score when the layer is zero but for a cell and its neighbours, weighted by a 3x3 Gaussian (Byun
 * and Lee 2022). The score is the logit, less that of a layer of zeros in place of the paper's scaling
 * from 0 to 1, so that the sign says for or against. Tokens outside the grid stay. One run a cell, and one more,
 * all from the layer on.
 */
export const reciproCam: RepeatedMethod = {
  at: 'layers',
  cuts: true,
  async explain(probe) {
    const { count } = probe;
    const { height, width } = probe.grid;
    const cells = height * width;
    const values = new Float32Array(count * cells);
    const nothing = await probe.scoresKeeping((_, cell) => (cell < 0 ? 1 : 0));
    for (let cell = 0; cell < cells; cell++) {
      const scores = await probe.scoresKeeping((_, other) => {
        if (other < 0) return 1;
        const rows = Math.abs(Math.floor(other / width) - Math.floor(cell / width));
        return kernel[rows]?.[Math.abs((other % width) - (cell % width))] ?? 0;
      });
      for (const [image, score] of scores.entries()) values[image * cells + cell] = score - at(nothing, image);
    }
    return { values, peak: peaks(values, count) };
  },
};
