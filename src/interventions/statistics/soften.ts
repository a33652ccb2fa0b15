/** A picture out of focus. */

import type { Size } from '../../shared/picture/raster.ts';

export type Direction = 'across' | 'down';

/** Lines of a plane's values in a direction: how many, how long, and how far apart they and their values are. */
export interface Axis {
  lines: number;
  length: number;
  lineStep: number;
  step: number;
}

/** Of a plane `[height, width]`. */
export function axisOf({ width, height }: Size, direction: Direction): Axis {
  return direction === 'across'
    ? { lines: height, length: width, lineStep: width, step: 1 }
    : { lines: width, length: height, lineStep: 1, step: width };
}

/**
 * A plane `[height, width]` blurred as by a Gaussian along one axis or, by default, both: three box filters, whose ends count in part so that any deviation can be had (extended box
 * filters; Gwosdek et al. 2011). Beyond the border the border pixel counts.
 */
export function softened(
  plane: Float64Array,
  width: number,
  height: number,
  deviation: number,
  directions: readonly Direction[] = ['across', 'down'],
): Float64Array {
  if (deviation <= 0) return plane;
  const box = boxOf(deviation);
  return directions.reduce((values, direction) => boxed(values, axisOf({ width, height }, direction), box), plane);
}

interface Box {
  radius: number;
  /** What the two values beyond the box count. */
  end: number;
}

/** One of three boxes whose deviations add up to `deviation`. */
function boxOf(deviation: number): Box {
  const radius = Math.floor(Math.sqrt(1 + 4 * deviation * deviation) / 2 - 0.5);
  const size = 2 * radius + 1;
  // The variance of the box with ends of weight `end` is a third of the one that is wanted.
  const variance = (deviation * deviation) / 3;
  const inner = (radius * (radius + 1) * size) / 3;
  return { radius, end: Math.max(0, (size * variance - inner) / (2 * ((radius + 1) ** 2 - variance))) };
}

const rounds = 3;

/** Each line is averaged three times while it is at hand: lines down a picture lie far apart. */
function boxed(values: Float64Array, { lines, length, lineStep, step }: Axis, { radius, end }: Box): Float64Array {
  const size = 2 * radius + 1;
  const share = 1 / (size + 2 * end);
  const result = new Float64Array(values.length);
  // A line with its border pixels repeated before and behind it, and what becomes of it.
  const before = radius + 1;
  let padded = new Float64Array(length + 2 * before);
  let next = new Float64Array(length + 2 * before);
  for (let line = 0; line < lines; line++) {
    const start = line * lineStep;
    for (let place = 0, from = start; place < length; place++, from += step) padded[before + place] = values[from] ?? 0;
    for (let round = 0; round < rounds; round++) {
      padded.fill(padded[before] ?? 0, 0, before);
      padded.fill(padded[before + length - 1] ?? 0, before + length);
      let sum = 0;
      for (let place = 1; place < size + 1; place++) sum += padded[place] ?? 0;
      for (let place = 0; place < length; place++) {
        const [first, last] = [padded[place] ?? 0, padded[place + size + 1] ?? 0];
        next[before + place] = (sum + end * (first + last)) * share;
        sum += last - (padded[place + 1] ?? 0);
      }
      [padded, next] = [next, padded];
    }
    for (let place = 0, to = start; place < length; place++, to += step) result[to] = padded[before + place] ?? 0;
  }
  return result;
}
