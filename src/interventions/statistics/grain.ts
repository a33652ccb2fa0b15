import { normalNumbers } from '../../explain/random-numbers.ts';
import type { RgbImage } from '../../shared/picture/raster.ts';
import { bisected } from './bisected.ts';
import { softened } from './soften.ts';
import { lumas, resampled, type Statistic } from './statistic.ts';

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
      const noise = own.map(() => deviation * normal());
      return resampled(picture, (at) => (pixels[at] ?? 0) + (noise[Math.floor(at / 3)] ?? 0));
    }
    const soft = softened(own, width, height, 1);
    const detail = own.map((value, pixel) => value - (soft[pixel] ?? 0));
    const share = bisected(
      1,
      (by) =>
        noiseOf(
          own.map((value, pixel) => value - by * (detail[pixel] ?? 0)),
          picture,
        ) > to,
    );
    return resampled(picture, (at) => (pixels[at] ?? 0) - share * (detail[Math.floor(at / 3)] ?? 0));
  },
  words: ([own = 0], [usual = 0]) => (own < usual ? 'no grain' : 'grain'),
};

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
