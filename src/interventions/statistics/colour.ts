import type { RgbImage } from '../../shared/picture/raster.ts';
import { meanOf, resampled, type Statistic } from './statistic.ts';

/** Logarithms of the means of red, green and blue, less their own mean: a cast, as of light of another colour. Each channel is multiplied. */
export const colour: Statistic = {
  name: 'colour',
  measure: (picture) => castOf(picture),
  moved: (picture, to) => {
    const from = castOf(picture);
    const gains = from.map((value, channel) => Math.exp((to[channel] ?? 0) - value));
    return resampled(picture, (at) => (picture.pixels[at] ?? 0) * (gains[at % 3] ?? 1));
  },
  words: (own, usual) => `${hueOf(own.map((value, channel) => value - (usual[channel] ?? 0)))} light`,
};

function castOf({ pixels }: RgbImage): number[] {
  const sums = [0, 0, 0];
  for (let at = 0; at < pixels.length; at++) sums[at % 3] = (sums[at % 3] ?? 0) + (pixels[at] ?? 0);
  const logarithms = sums.map((sum) => Math.log(1 + sum / (pixels.length / 3)));
  const middle = meanOf(logarithms);
  return logarithms.map((value) => value - middle);
}

const hues = ['reddish', 'yellowish', 'greenish', 'cyan', 'bluish', 'purplish'] as const;

/** @param shift of red, green and blue */
function hueOf([red = 0, green = 0, blue = 0]: readonly number[]): string {
  const angle = (Math.atan2(Math.sqrt(3) * (green - blue), 2 * red - green - blue) * 180) / Math.PI;
  return hues[Math.round(((angle + 360) % 360) / 60) % 6] ?? 'reddish';
}
