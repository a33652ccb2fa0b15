import type { RgbImage } from '../../shared/picture/raster.ts';
import { lumaOf, resampled, type Statistic } from './statistic.ts';

/** Mean distance of a pixel from grey. Colours are moved away from their luma, or towards it; grey stays grey. */
export const saturation: Statistic = {
  name: 'saturation',
  measure: (picture) => [saturationOf(picture)],
  moved: (picture, [to = 0]) => {
    const { pixels } = picture;
    const factor = to / Math.max(0.5, saturationOf(picture));
    return resampled(picture, (at) => {
      const luma = lumaOf(pixels, at - (at % 3));
      return luma + ((pixels[at] ?? 0) - luma) * factor;
    });
  },
  isLost: ([own = 0], [usual = 0]) => isGrey(own, usual),
  words: ([own = 0], [usual = 0]) =>
    own >= usual ? 'strong colours' : isGrey(own, usual) ? 'no colours' : 'pale colours',
};

function saturationOf({ pixels }: RgbImage): number {
  let sum = 0;
  for (let at = 0; at < pixels.length; at += 3) {
    const luma = lumaOf(pixels, at);
    const [r, g, b] = [(pixels[at] ?? 0) - luma, (pixels[at + 1] ?? 0) - luma, (pixels[at + 2] ?? 0) - luma];
    sum += Math.sqrt(r * r + g * g + b * b);
  }
  return sum / (pixels.length / 3);
}

function isGrey(own: number, usual: number): boolean {
  return own < usual / 4;
}
