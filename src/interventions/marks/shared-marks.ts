/** What several pictures have in common pixel by pixel, each perhaps at another place: a watermark, a label, the same thing pasted into each. */

import { at } from '../../explain/at.ts';
import type { RgbImage, Size } from '../../shared/picture/raster.ts';
import { type Heatmap, maskOf } from '../mask.ts';
import {
  aligned,
  alignedCells,
  type LayeredPattern,
  type LayeredPlane,
  layered,
  patternOf,
  type Shift,
  valueAt,
} from './alignment.ts';
import { attendedDetail, detailOf } from './detail.ts';
import { type Marks, marksIn, searchFor } from './marks-in.ts';

/** Fewer pictures agree by chance. */
export const fewestMarked = 7;
/** Of the pictures, those that the search begins with: as many as have the marks at least. */
const leastShare = 1 / 5;
/** Of one picture's pixels and cells, those that others are laid over: where its map is bright, and its detail strong. */
const laidOver = { pixels: 0.05, cells: 0.25 };
/** How often pictures are told apart by what those that have the marks have in common. */
const rounds = 3;
/** Levels by which a mark is brighter or darker than what lies around it, on average, and standard errors of that mean. */
const leastLevels = 8;
const leastErrors = 4;
/** Of the eight pixels around one, those that are of a mark as well: lone pixels agree by chance. */
const leastNeighbours = 3;
/** Shares of the picture: less are chance, more is the picture itself. */
const least = 0.01;
const most = 0.4;

/** A picture, and a map of what a network sees in it. */
export interface AttendedPicture {
  picture: RgbImage;
  heatmap: Heatmap;
}

export interface SharedMarks {
  marks: Marks;
  /** For each picture how far its marks are from there, round the edges; null where it has none. */
  shifts: (Shift | null)[];
}

/**
 * Pictures of one size, not all of which need have the marks. Those that are most alike where their maps are bright are laid over each other where their details correlate most; what is
 * brighter, or darker, than what lies around it in nearly all of them then is a mark, with a pixel around it: a watermark is estimated from its pictures the same way (Dekel et al. 2017,
 * section 3.1). The marks then tell which pictures have them, and where, and these tell the marks.
 * @returns null where nothing is the same in at least `fewestMarked`
 */
export function sharedMarks(pictures: readonly AttendedPicture[]): SharedMarks | null {
  const [first] = pictures;
  if (first === undefined || pictures.length < fewestMarked) return null;
  const size = first.picture;
  const details = pictures.map(({ picture }) => layered(detailOf(picture), size));
  const attended = pictures.map(({ heatmap }, i) =>
    layered(attendedDetail(at(details, i).pixels, heatmap, size), size),
  );
  let shifts = mostAlike(attended);
  let marks = marksOf(details, shifts, size);
  for (let round = 0; round < rounds; round++) {
    if (marks === null) return null;
    const search = searchFor(marks);
    const count = shifts.filter((shift) => shift !== null).length;
    shifts = details.map((detail, i) => marksIn(search, detail, at(shifts, i) === null ? 0 : count));
    marks = marksOf(details, shifts, size);
  }
  return marks === null ? null : { marks, shifts };
}

/** As many pictures as have the marks at least that are most alike, by where they lie over one of them; null for the others. */
function mostAlike(planes: readonly LayeredPlane[]): (Shift | null)[] {
  const patterns = planes.map((plane) => patternOf(plane, laidOver));
  const likeness = likenessOf(planes, patterns);
  const count = Math.max(fewestMarked, Math.ceil(planes.length * leastShare));
  const groups = planes.map((_, one) => {
    const others = planes.map((_, other) => other).filter((other) => other !== one);
    const like = (other: number) => at(at(likeness, one), other);
    const nearest = others.sort((a, b) => like(b) - like(a)).slice(0, count - 1);
    return { one, nearest: new Set(nearest), likeness: nearest.reduce((sum, other) => sum + like(other), 0) };
  });
  const { one, nearest } = groups.reduce((best, group) => (group.likeness > best.likeness ? group : best));
  return planes.map((plane, i) => {
    if (i === one) return { right: 0, down: 0 };
    return nearest.has(i) ? aligned(at(patterns, one), plane) : null;
  });
}

/** Pearson's correlation of each two, in cells, where it is highest. */
function likenessOf(planes: readonly LayeredPlane[], patterns: readonly LayeredPattern[]): Float64Array[] {
  const sizes = planes.map(({ cells }) => Math.sqrt(cells.reduce((sum, value) => sum + value * value, 0)));
  const likeness = planes.map(() => new Float64Array(planes.length));
  planes.forEach((plane, other) => {
    for (let one = 0; one < other; one++) {
      const scale = at(sizes, one) * at(sizes, other);
      const value = scale > 0 ? alignedCells(at(patterns, one).cells, plane).product / scale : 0;
      at(likeness, one)[other] = value;
      at(likeness, other)[one] = value;
    }
  });
  return likeness;
}

/** What pictures have in common where they lie over each other; null where that is nothing. */
function marksOf(planes: readonly LayeredPlane[], shifts: readonly (Shift | null)[], size: Size): Marks | null {
  const { width, height } = size;
  const sums = new Float64Array(width * height);
  const squares = new Float64Array(width * height);
  let n = 0;
  planes.forEach(({ pixels }, i) => {
    const shift = at(shifts, i);
    if (shift === null) return;
    n += 1;
    for (let y = 0, to = 0; y < height; y++) {
      for (let x = 0; x < width; x++, to++) {
        const value = valueAt(pixels, size, x, y, shift);
        sums[to] = (sums[to] ?? 0) + value;
        squares[to] = (squares[to] ?? 0) + value * value;
      }
    }
  });
  if (n < fewestMarked) return null;
  const agree = Uint8Array.from(sums, (sum, to) => {
    const variance = Math.max(0, (squares[to] ?? 0) - (sum * sum) / n) / (n - 1);
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
  const { inside } = maskOf(size, (x, y) => agree[y * width + x] === 1 && around(agree, x, y) > leastNeighbours);
  const mask = maskOf(size, (x, y) => around(inside, x, y) > 0);
  const share = mask.count / (width * height);
  if (share < least || share > most) return null;
  return { mask, levels: Float32Array.from(sums, (sum, to) => (inside[to] === 1 ? sum / n : 0)) };
}
