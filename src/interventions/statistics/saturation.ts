import type { RgbImage } from '../../shared/picture/raster.ts';
import { castOf } from './colour.ts';
import { type Statistic, sampleOf } from './statistic.ts';

/**
 * Mean distance of a pixel from grey, in the light that the picture is in: brown tones instead of colours are as grey as grey ones. Colours are moved away from their luma, or
 * towards it, and the light stays what it is. A picture without colours gets some: not those that were there, which nobody knows, but other ones for what is bright and what is dark.
 */
export const saturation: Statistic = {
  name: 'saturation',
  measure: (picture) => [saturationOf(balanced(picture, gainsOf(picture)))],
  moved: (picture, [to = 0]) => {
    const gains = gainsOf(picture);
    const own = balanced(picture, gains);
    const pixels = isGrey(saturationOf(own), to) ? coloured(own) : own;
    const factor = to / Math.max(0.5, saturationOf(pixels));
    return { ...picture, pixels: spread(pixels, factor, gains) };
  },
  isLost: ([own = 0], [usual = 0]) => isGrey(own, usual),
  words: ([own = 0], [usual = 0]) =>
    own >= usual ? 'strong colours' : isGrey(own, usual) ? 'no colours' : 'pale colours',
};

function gainsOf(picture: RgbImage): number[] {
  return castOf(picture).map(Math.exp);
}

/** Samples without the cast of the picture's light. */
function balanced({ pixels }: RgbImage, [red = 1, green = 1, blue = 1]: readonly number[]): Float64Array {
  const samples = new Float64Array(pixels.length);
  for (let at = 0; at < pixels.length; at += 3) {
    samples[at] = (pixels[at] ?? 0) / red;
    samples[at + 1] = (pixels[at + 1] ?? 0) / green;
    samples[at + 2] = (pixels[at + 2] ?? 0) / blue;
  }
  return samples;
}

/** Samples that lie so many times as far from their luma, with the cast of the picture's light. */
function spread(samples: Float64Array, factor: number, [red = 1, green = 1, blue = 1]: readonly number[]): Uint8Array {
  const pixels = new Uint8Array(samples.length);
  for (let at = 0; at < samples.length; at += 3) {
    const luma = lumaAt(samples, at);
    pixels[at] = sampleOf((luma + ((samples[at] ?? 0) - luma) * factor) * red);
    pixels[at + 1] = sampleOf((luma + ((samples[at + 1] ?? 0) - luma) * factor) * green);
    pixels[at + 2] = sampleOf((luma + ((samples[at + 2] ?? 0) - luma) * factor) * blue);
  }
  return pixels;
}

/** As `lumaOf`; of one kind of array, which is quicker. */
function lumaAt(samples: Float64Array, at: number): number {
  return 0.299 * (samples[at] ?? 0) + 0.587 * (samples[at + 1] ?? 0) + 0.114 * (samples[at + 2] ?? 0);
}

/** Hues go once around from black to white. Luma stays as it is. */
function coloured(pixels: Float64Array): Float64Array {
  const samples = new Float64Array(pixels.length);
  for (let at = 0; at < pixels.length; at += 3) {
    const luma = lumaAt(pixels, at);
    const hue = (2 * Math.PI * luma) / 255;
    const [red, blue] = [Math.cos(hue), Math.sin(hue)];
    samples[at] = luma + 30 * red;
    samples[at + 1] = luma - 30 * ((0.299 * red + 0.114 * blue) / 0.587);
    samples[at + 2] = luma + 30 * blue;
  }
  return samples;
}

function saturationOf(pixels: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < pixels.length; at += 3) {
    const luma = lumaAt(pixels, at);
    const [r, g, b] = [(pixels[at] ?? 0) - luma, (pixels[at + 1] ?? 0) - luma, (pixels[at + 2] ?? 0) - luma];
    sum += Math.sqrt(r * r + g * g + b * b);
  }
  return sum / (pixels.length / 3);
}

function isGrey(own: number, usual: number): boolean {
  return own < usual / 4;
}
