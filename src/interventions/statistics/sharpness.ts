import type { RgbImage } from '../../shared/picture/raster.ts';
import { bisected } from './bisected.ts';
import { type Direction, softened } from './soften.ts';
import { deviationOf, lumas, resampled, type Statistic, sumOf } from './statistic.ts';

/** Of what the finest detail is measured and made, in pixels. */
const detail = 1;
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
  const planes = [0, 1, 2].map((channel) =>
    Float64Array.from({ length: own.length }, (_, pixel) => picture.pixels[pixel * 3 + channel] ?? 0),
  );
  if (to < sharpnessOf(own, picture, direction)) {
    const blur = bisected(strongestBlur, (by) => sharpnessOf(soften(own, by), picture, direction) > to);
    const soft = planes.map((plane) => soften(plane, blur));
    return resampled(picture, (at) => soft[at % 3]?.[Math.floor(at / 3)] ?? 0);
  }
  const coarse = soften(own, detail);
  const more = bisected(strongestSharpening, (by) => {
    const sharper = own.map((value, pixel) => value + by * (value - (coarse[pixel] ?? 0)));
    return sharpnessOf(sharper, picture, direction) < to;
  });
  const soft = planes.map((plane) => soften(plane, detail));
  return resampled(picture, (at) => {
    const value = picture.pixels[at] ?? 0;
    return value + more * (value - (soft[at % 3]?.[Math.floor(at / 3)] ?? 0));
  });
}

function sharpnessOf(luma: Float64Array, { width, height }: RgbImage, direction: Direction): number {
  const coarse = softened(luma, width, height, detail, [direction]);
  let sum = 0;
  for (let pixel = 0; pixel < luma.length; pixel++) sum += Math.abs((luma[pixel] ?? 0) - (coarse[pixel] ?? 0));
  return Math.log(sum / luma.length + 0.05) - Math.log(deviationOf(luma) + 1);
}
