import type { RgbImage } from '../../shared/picture/raster.ts';
import { lumaOf, mapped, meanOf, type Statistic } from './statistic.ts';

/** Logarithms of the means of red, green and blue, less their own mean: a cast, as of light of another colour. Each channel is multiplied; the picture stays as bright. */
export const colour: Statistic = {
  name: 'colour',
  measure: (picture) => castOf(picture),
  moved: (picture, to) => {
    const means = meansOf(picture);
    const gains = castOfMeans(means).map((value, channel) => Math.exp((to[channel] ?? 0) - value));
    const brighter =
      lumaOf(
        means.map((value, channel) => value * (gains[channel] ?? 1)),
        0,
      ) / Math.max(1, lumaOf(means, 0));
    return mapped(picture, (sample, channel) => (sample * (gains[channel] ?? 1)) / Math.max(0.01, brighter));
  },
  words: (own, usual) => `${hueOf(own.map((value, channel) => value - (usual[channel] ?? 0)))} light`,
};

export function castOf(picture: RgbImage): number[] {
  return castOfMeans(meansOf(picture));
}

function castOfMeans(means: readonly number[]): number[] {
  const logarithms = means.map((value) => Math.log(1 + value));
  const middle = meanOf(logarithms);
  return logarithms.map((value) => value - middle);
}

function meansOf({ pixels }: RgbImage): number[] {
  let [red, green, blue] = [0, 0, 0];
  for (let at = 0; at < pixels.length; at += 3) {
    red += pixels[at] ?? 0;
    green += pixels[at + 1] ?? 0;
    blue += pixels[at + 2] ?? 0;
  }
  return [red, green, blue].map((sum) => sum / (pixels.length / 3));
}

const hues = ['reddish', 'yellowish', 'greenish', 'cyan', 'bluish', 'purplish'] as const;

/** @param shift of red, green and blue */
function hueOf([red = 0, green = 0, blue = 0]: readonly number[]): string {
  const angle = (Math.atan2(Math.sqrt(3) * (green - blue), 2 * red - green - blue) * 180) / Math.PI;
  return hues[Math.round(((angle + 360) % 360) / 60) % 6] ?? 'reddish';
}
