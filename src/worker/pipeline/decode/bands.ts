/** Pictures of other than one or three bands: floats from decoding to the model, and bytes only where they are drawn. */

import { at } from '../../../explain/at.ts';
import type { RgbImage, Size } from '../../../shared/picture/raster.ts';
import type { Preprocessing } from './preprocessing.ts';

/** `height * width * channels` samples, row by row. 0 to 255 is what the levels say, and what lies beyond is kept. */
export interface BandImage extends Size {
  samples: Float32Array;
  channels: number;
}

/** The model's picture with the resized one in its place, and ground around it. */
export function padBands(
  image: BandImage,
  offset: { left: number; top: number },
  preprocessing: Preprocessing,
): BandImage {
  const { size } = preprocessing;
  if (image.width === size.width && image.height === size.height) return image;
  const { channels } = image;
  const ground = groundSamples(preprocessing, channels);
  const samples = Float32Array.from({ length: size.height * size.width * channels }, (_, i) =>
    at(ground, i % channels),
  );
  const line = image.width * channels;
  for (let row = 0; row < image.height; row++) {
    const to = ((row + offset.top) * size.width + offset.left) * channels;
    samples.set(image.samples.subarray(row * line, (row + 1) * line), to);
  }
  return { samples, width: size.width, height: size.height, channels };
}

/** `mean` is what the model sees as zero. */
function groundSamples({ ground: { colour }, mean, range: [low, high] }: Preprocessing, channels: number): number[] {
  return Array.from({ length: channels }, (_, band) => {
    if (colour !== 'mean') return colour[band] ?? colour[2];
    return (((mean[band] ?? mean[0] ?? 0) - low) / (high - low)) * 255;
  });
}

/** Shares of the drawn samples that become black and white. */
const [darkest, brightest] = [0.02, 0.98];

/**
 * Bands as a picture for people.
 * @param bands counted from 1: one that becomes grey, or red, green and blue
 * @param isDeep false for samples that were bytes, which are drawn as they are. Others are stretched from their 2nd to their 98th percentile, all
 * drawn bands together: most of what satellites see is far darker than the brightest cloud
 */
export function drawnBands(
  { samples, width, height, channels }: BandImage,
  bands: readonly number[],
  isDeep: boolean,
): RgbImage {
  const [first = 1, second = first, third = first] = bands;
  const drawn = [first, second, third];
  const [black, white] = isDeep ? stretch(samples, channels, drawn) : [0, 255];
  const pixels = new Uint8ClampedArray(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (const [c, band] of drawn.entries()) {
      const sample = samples[pixel * channels + band - 1] ?? 0;
      pixels[pixel * 3 + c] = ((sample - black) / (white - black)) * 255;
    }
  }
  return { pixels: new Uint8Array(pixels.buffer), width, height };
}

function stretch(samples: Float32Array, channels: number, bands: readonly number[]): [number, number] {
  const pixels = samples.length / channels;
  const all = new Float32Array(pixels * bands.length);
  for (let i = 0; i < all.length; i++) {
    const band = bands[Math.floor(i / pixels)] ?? 1;
    all[i] = samples[(i % pixels) * channels + band - 1] ?? 0;
  }
  all.sort();
  const share = (part: number) => all[Math.round((all.length - 1) * part)] ?? 0;
  const [black, white] = [share(darkest), share(brightest)];
  return white > black ? [black, white] : [black, black + 1];
}
