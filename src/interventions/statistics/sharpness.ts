import type { RgbImage, Size } from '../../shared/picture/raster.ts';
import { bisected } from './bisected.ts';
import { axisOf, type Direction, softened } from './soften.ts';
import { deviationOf, lumas, type Statistic, sampleOf, sumOf } from './statistic.ts';

/** Of what the finest detail is measured and made, in pixels. Of less, what rounding to whole samples adds would hide how blurred a picture is. */
const detail = 2;
const strongestBlur = 8;
const strongestSharpening = 6;

const directions: readonly Direction[] = ['across', 'down'];

/**
 * Logarithms of how much of the luma's deviation is finest detail across and down: a moving camera blurs along its way alone. Towards less the picture is blurred along the axis, towards
 * more its detail is strengthened.
 */
export const sharpness: Statistic = {
  name: 'sharpness',
  measure: (picture) => {
    const luma = lumas(picture);
    return directions.map((direction) => sharpnessOf(luma, picture, direction));
  },
  moved: (picture, to) =>
    directions.reduce((moved, direction, axis) => movedAlong(moved, direction, to[axis] ?? 0), picture),
  isLost: (own, usual) => sumOf(own) < sumOf(usual),
  words: (own, usual) => (sumOf(own) < sumOf(usual) ? 'blur' : 'hard edges'),
};

function movedAlong(picture: RgbImage, direction: Direction, to: number): RgbImage {
  const own = lumas(picture);
  const soften = (plane: Float64Array, by: number) => softened(plane, picture.width, picture.height, by, [direction]);
  const planes = [0, 1, 2].map((channel) => planeOf(picture, channel));
  const lines = linesOf(own, picture, direction);
  if (to < sharpnessOfLines(lines)) {
    const blur = bisected(strongestBlur, (by) => sharpnessOfLines(alongLines(lines, by)) > to);
    const soft = planes.map((plane) => soften(plane, blur));
    return { ...picture, pixels: interleaved(soft) };
  }
  const coarse = alongLines(lines, detail);
  const more = bisected(strongestSharpening, (by) => {
    return sharpnessOfLines({ ...lines, values: strengthened(lines.values, coarse.values, by) }) < to;
  });
  return { ...picture, pixels: interleaved(planes.map((plane) => strengthened(plane, soften(plane, detail), more))) };
}

function planeOf({ pixels }: RgbImage, channel: number): Float64Array {
  const plane = new Float64Array(pixels.length / 3);
  for (let pixel = 0, at = channel; pixel < plane.length; pixel++, at += 3) plane[pixel] = pixels[at] ?? 0;
  return plane;
}

function interleaved(planes: readonly Float64Array[]): Uint8Array {
  const pixels = new Uint8Array(planes.reduce((length, plane) => length + plane.length, 0));
  for (const [channel, plane] of planes.entries()) {
    for (let pixel = 0, at = channel; pixel < plane.length; pixel++, at += 3) pixels[at] = sampleOf(plane[pixel] ?? 0);
  }
  return pixels;
}

function strengthened(values: Float64Array, coarse: Float64Array, by: number): Float64Array {
  const result = new Float64Array(values.length);
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? 0;
    result[at] = value + by * (value - (coarse[at] ?? 0));
  }
  return result;
}

function sharpnessOf(luma: Float64Array, size: Size, direction: Direction): number {
  return sharpnessOfLines(linesOf(luma, size, direction));
}

/** Some of a plane's lines along an axis, each a row. */
interface Lines {
  count: number;
  length: number;
  values: Float64Array;
}

/** Each line is blurred by itself, so a quarter of them says what all say. */
const thinning = 4;

function linesOf(luma: Float64Array, size: Size, direction: Direction): Lines {
  const { lines: all, length, lineStep, step } = axisOf(size, direction);
  const count = Math.ceil(all / thinning);
  const values = new Float64Array(count * length);
  for (let line = 0, to = 0; line < count; line++) {
    for (let place = 0; place < length; place++, to++) {
      values[to] = luma[line * thinning * lineStep + place * step] ?? 0;
    }
  }
  return { count, length, values };
}

function alongLines(lines: Lines, deviation: number): Lines {
  return { ...lines, values: softened(lines.values, lines.length, lines.count, deviation, ['across']) };
}

function sharpnessOfLines(lines: Lines): number {
  const { values } = lines;
  const coarse = alongLines(lines, detail).values;
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += Math.abs((values[at] ?? 0) - (coarse[at] ?? 0));
  return Math.log(sum / values.length + 0.05) - Math.log(deviationOf(values) + 1);
}
