import { normalNumbers } from '../../explain/random-numbers.ts';
import type { RgbImage } from '../../shared/picture/raster.ts';
import { bisected } from './bisected.ts';
import { softened } from './soften.ts';
import { lumas, type Statistic, sampleOf } from './statistic.ts';

/** Standard deviation of the noise, by Immerkaer's difference of Laplacians (1996, equation 3), in samples. Grain is added; less of it is had by leaving out some of the finest detail. */
export const grain: Statistic = {
  name: 'grain',
  measure: (picture) => [noiseOf(lumas(picture), picture)],
  moved: (picture, [to = 0]) => {
    const own = lumas(picture);
    const { width, height, pixels } = picture;
    const from = noiseOf(own, picture);
    if (to >= from) {
      const normal = normalNumbers(pixels.length);
      const deviation = Math.sqrt(to * to - from * from);
      const noise = new Float64Array(own.length);
      for (let pixel = 0; pixel < noise.length; pixel++) noise[pixel] = normal();
      return added(picture, noise, deviation);
    }
    const soft = softened(own, width, height, 1);
    const detail = sumWith(own, soft, -1);
    const share = bisected(1, (by) => noiseOf(sumWith(own, detail, -by), picture) > to);
    return added(picture, detail, -share);
  },
  words: ([own = 0], [usual = 0]) => (own < usual ? 'no grain' : 'grain'),
};

function sumWith(values: Float64Array, others: Float64Array, factor: number): Float64Array {
  const sums = new Float64Array(values.length);
  for (let at = 0; at < sums.length; at++) sums[at] = (values[at] ?? 0) + factor * (others[at] ?? 0);
  return sums;
}

/** A copy with so many times a plane's values `[height, width]` in each channel. */
function added(picture: RgbImage, plane: Float64Array, factor: number): RgbImage {
  const from = picture.pixels;
  const pixels = new Uint8Array(from.length);
  for (let pixel = 0, at = 0; pixel < plane.length; pixel++) {
    const more = factor * (plane[pixel] ?? 0);
    for (let channel = 0; channel < 3; channel++, at++) pixels[at] = sampleOf((from[at] ?? 0) + more);
  }
  return { ...picture, pixels };
}

function noiseOf(luma: Float64Array, { width, height }: RgbImage): number {
  let sum = 0;
  const value = (at: number) => luma[at] ?? 0;
  for (let y = 1; y < height - 1; y++) {
    const end = (y + 1) * width - 1;
    for (let at = y * width + 1; at < end; at++) {
      const [above, below] = [at - width, at + width];
      const corners = value(above - 1) + value(above + 1) + value(below - 1) + value(below + 1);
      const sides = value(above) + value(below) + value(at - 1) + value(at + 1);
      sum += Math.abs(corners - 2 * sides + 4 * value(at));
    }
  }
  return (Math.sqrt(Math.PI / 2) * sum) / (6 * Math.max(1, (width - 2) * (height - 2)));
}
