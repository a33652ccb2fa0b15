import { normalNumbers } from '../../explain/random-numbers.ts';
import type { RgbImage } from '../../shared/picture/raster.ts';
import { softened } from './soften.ts';
import { lumas, resampled, type Statistic } from './statistic.ts';

/** Standard deviation of the noise, by Immerkaer's difference of Laplacians (1996, equation 3), in samples. Grain is added; less of it is had by blurring a little. */
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
    const blur = [0.4, 0.5, 0.6, 0.7, 0.85, 1, 1.25].find(
      (by) => noiseOf(softened(own, width, height, by), picture) <= to,
    );
    const soft = softened(own, width, height, blur ?? 1.5);
    return resampled(picture, (at) => {
      const pixel = Math.floor(at / 3);
      return (pixels[at] ?? 0) + (soft[pixel] ?? 0) - (own[pixel] ?? 0);
    });
  },
  words: ([own = 0], [usual = 0]) => (own < usual ? 'no grain' : 'grain'),
};

function noiseOf(luma: Float64Array, { width, height }: RgbImage): number {
  let sum = 0;
  const value = (x: number, y: number) => luma[y * width + x] ?? 0;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const corners = value(x - 1, y - 1) + value(x + 1, y - 1) + value(x - 1, y + 1) + value(x + 1, y + 1);
      const sides = value(x, y - 1) + value(x, y + 1) + value(x - 1, y) + value(x + 1, y);
      sum += Math.abs(corners - 2 * sides + 4 * value(x, y));
    }
  }
  return (Math.sqrt(Math.PI / 2) * sum) / (6 * Math.max(1, (width - 2) * (height - 2)));
}
