/** What several pictures have in common pixel by pixel, each perhaps at another place: a watermark, a label, the same thing pasted into each. */

import type { RgbImage, Size } from '../shared/picture/raster.ts';
import { type Mask, maskOf, wrapped } from './mask.ts';
import { softened } from './statistics/soften.ts';
import { lumas } from './statistics/statistic.ts';

/** Fewer pictures agree by chance. */
const fewest = 7;
/** Deviation of the blur beside which a pixel is bright or dark, as a share of the picture's shorter side. */
const detailShare = 1 / 40;
/** Levels that a pixel counts at most: strong edges are of the pictures themselves. */
const mostLevels = 40;
/** Pixels along a side of a cell in which pictures are laid over each other first. */
const cell = 3;
/** Share of the picture's shorter side by which a mark may lie beside that of another picture. */
const farthest = 0.1;
/** Levels by which a mark is brighter or darker than what lies around it, on average, and standard errors of that mean. */
const leastLevels = 8;
const leastErrors = 4;
/** Of the eight pixels around one, those that are of a mark as well: lone pixels agree by chance. */
const leastNeighbours = 3;
/** Shares of the picture: less are chance, more is the picture itself. */
const least = 0.01;
const most = 0.4;

export interface Shift {
  right: number;
  down: number;
}

/** The marks as the first picture has them, and how far each picture's are from there, round the edges. */
export interface SharedMarks {
  mask: Mask;
  shifts: Shift[];
}

/**
 * Pictures of one size are laid over the first one where their details correlate most. What is brighter, or darker, than what lies around it in nearly all of them then is a mark,
 * with a pixel around it: a watermark is estimated from its pictures the same way (Dekel et al. 2017, section 3.1).
 * @returns null where nothing is the same
 */
export function sharedMarks(pictures: readonly RgbImage[]): SharedMarks | null {
  const [first] = pictures;
  if (first === undefined || pictures.length < fewest) return null;
  const { width, height } = first;
  const details = pictures.map(detailOf);
  const [reference] = details;
  if (reference === undefined) return null;
  const shifts = details.map((detail) =>
    detail === reference ? { right: 0, down: 0 } : shiftBetween(reference, detail, first),
  );
  const sums = new Float64Array(width * height);
  const squares = new Float64Array(width * height);
  for (const [i, detail] of details.entries()) {
    const { right, down } = shifts[i] ?? { right: 0, down: 0 };
    for (let y = 0, at = 0; y < height; y++) {
      const row = ((y + down) % height) * width;
      for (let x = 0; x < width; x++, at++) {
        const value = detail[row + ((x + right) % width)] ?? 0;
        sums[at] = (sums[at] ?? 0) + value;
        squares[at] = (squares[at] ?? 0) + value * value;
      }
    }
  }
  const n = pictures.length;
  const agree = Uint8Array.from(sums, (sum, at) => {
    const variance = Math.max(0, (squares[at] ?? 0) - (sum * sum) / n) / (n - 1);
    const mean = Math.abs(sum) / n;
    return Number(mean >= leastLevels && mean >= leastErrors * Math.sqrt(variance / n));
  });
  const around = (of: Uint8Array, x: number, y: number) => {
    let count = 0;
    for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
      for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) {
        count += of[row * width + column] ?? 0;
      }
    }
    return count;
  };
  const marks = maskOf(first, (x, y) => agree[y * width + x] === 1 && around(agree, x, y) > leastNeighbours);
  const mask = maskOf(first, (x, y) => around(marks.inside, x, y) > 0);
  const share = mask.count / (width * height);
  return share >= least && share <= most ? { mask, shifts } : null;
}

/** Luma less that of its surroundings, cut off, `[height, width]`: what is drawn over a picture, and what is behind it no more than that. */
export function detailOf(picture: RgbImage): Float64Array {
  const { width, height } = picture;
  const luma = lumas(picture);
  const around = softened(luma, width, height, Math.min(width, height) * detailShare);
  return luma.map((value, at) => Math.max(-mostLevels, Math.min(mostLevels, value - (around[at] ?? 0))));
}

/** How far what `other` shows has to be looked for from where `one` shows it: where the two correlate most, in cells, then in pixels. */
function shiftBetween(one: Float64Array, other: Float64Array, { width, height }: Size): Shift {
  const size = { width: Math.floor(width / cell), height: Math.floor(height / cell) };
  const [coarse, coarseOther] = [inCells(one, width, size), inCells(other, width, size)];
  const far = Math.round((Math.min(width, height) * farthest) / cell);
  const found = bestShift(coarse, coarseOther, size, range(-far, 2 * far + 1), range(-far, 2 * far + 1));
  const [right, down] = [found.right * cell, found.down * cell];
  return bestShift(one, other, { width, height }, range(right - cell, 2 * cell + 1), range(down - cell, 2 * cell + 1));
}

function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

function inCells(values: Float64Array, width: number, size: Size): Float64Array {
  const cells = new Float64Array(size.width * size.height);
  for (let y = 0; y < size.height * cell; y++) {
    for (let x = 0; x < size.width * cell; x++) {
      const to = Math.floor(y / cell) * size.width + Math.floor(x / cell);
      cells[to] = (cells[to] ?? 0) + (values[y * width + x] ?? 0);
    }
  }
  return cells;
}

function bestShift(
  one: Float64Array,
  other: Float64Array,
  { width, height }: Size,
  rights: readonly number[],
  downs: readonly number[],
): Shift {
  let best = { right: 0, down: 0, product: Number.NEGATIVE_INFINITY };
  for (const d of downs) {
    const down = wrapped(d, height);
    for (const r of rights) {
      const right = wrapped(r, width);
      let product = 0;
      for (let y = 0; y < height; y++) {
        const row = ((y + down) % height) * width;
        const own = y * width;
        const split = width - right;
        for (let x = 0; x < split; x++) product += (one[own + x] ?? 0) * (other[row + x + right] ?? 0);
        for (let x = split; x < width; x++) product += (one[own + x] ?? 0) * (other[row + x - split] ?? 0);
      }
      if (product > best.product) best = { right, down, product };
    }
  }
  return { right: best.right, down: best.down };
}
