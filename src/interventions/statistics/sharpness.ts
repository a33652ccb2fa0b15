import type { RgbImage } from '../../shared/picture/raster.ts';
import { bisected } from './bisected.ts';
import { softened } from './soften.ts';
import { deviationOf, lumas, resampled, type Statistic } from './statistic.ts';

/** Of what the finest detail is measured and made, in pixels. */
const detail = 1;
const strongestBlur = 8;
const strongestSharpening = 6;

/** Logarithm of how much of the luma's deviation is finest detail. Towards less the picture is blurred, towards more its detail is strengthened. */
export const sharpness: Statistic = {
  name: 'sharpness',
  measure: (picture) => [sharpnessOf(lumas(picture), picture)],
  moved: (picture, [to = 0]) => {
    const own = lumas(picture);
    const { width, height } = picture;
    const planes = [0, 1, 2].map((channel) =>
      Float64Array.from({ length: own.length }, (_, pixel) => picture.pixels[pixel * 3 + channel] ?? 0),
    );
    if (to < sharpnessOf(own, picture)) {
      const blur = bisected(strongestBlur, (by) => sharpnessOf(softened(own, width, height, by), picture) > to);
      const soft = planes.map((plane) => softened(plane, width, height, blur));
      return resampled(picture, (at) => soft[at % 3]?.[Math.floor(at / 3)] ?? 0);
    }
    const coarse = softened(own, width, height, detail);
    const more = bisected(strongestSharpening, (by) => {
      const sharper = own.map((value, pixel) => value + by * (value - (coarse[pixel] ?? 0)));
      return sharpnessOf(sharper, picture) < to;
    });
    const soft = planes.map((plane) => softened(plane, width, height, detail));
    return resampled(picture, (at) => {
      const value = picture.pixels[at] ?? 0;
      return value + more * (value - (soft[at % 3]?.[Math.floor(at / 3)] ?? 0));
    });
  },
  isLost: ([own = 0], [usual = 0]) => own < usual,
  words: ([own = 0], [usual = 0]) => (own < usual ? 'blur' : 'hard edges'),
};

function sharpnessOf(luma: Float64Array, { width, height }: RgbImage): number {
  const coarse = softened(luma, width, height, detail);
  let sum = 0;
  for (let pixel = 0; pixel < luma.length; pixel++) sum += Math.abs((luma[pixel] ?? 0) - (coarse[pixel] ?? 0));
  return Math.log(sum / luma.length + 0.05) - Math.log(deviationOf(luma) + 1);
}
