/** Pictures to try a model with before there are any, as it takes them. */

import { at } from '../at.ts';
import type { ModelInput } from '../explanation.ts';
import type { PixelScaling } from '../options.ts';
import { isBanded, pictureLength, scaledPixels } from '../pixel-input.ts';
import { testPicture } from './test-picture.ts';

/** How a caller that prepares pictures itself usually does so. */
const usual: PixelScaling = { range: [0, 1], mean: [0.45, 0.45, 0.45], std: [0.225, 0.225, 0.225], channels: 'rgb' };

/**
 * @param which numbers of pictures; equal numbers are equal pictures
 * @param scaling how bytes become the model's input; undefined: in the usual way
 * @returns `[which.length, ...]` in the model's layout
 */
export function testPictures(
  which: readonly number[],
  input: ModelInput,
  scaling: PixelScaling | undefined,
): Float32Array {
  const length = pictureLength(input);
  const bytes = new Uint8Array(which.length * length);
  for (const [i, number] of which.entries()) bytes.set(testPicture(number, input), i * length);
  if (scaling !== undefined) return scaledPixels(isBanded(input) ? inBands(bytes, input) : bytes, scaling, input);
  const colours = scaledPixels(bytes, usual, { ...input, channels: 3, layout: 'NHWC' });
  return inLayout(colours, which.length, input);
}

/**
 * Other pictures in the same range, of the same numbers: pictures stand on their heads in the opposite colours. Costs next to nothing
 * beside new ones.
 */
export function negatives(values: Float32Array): Float32Array {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const others = new Float32Array(values.length);
  for (let i = 0, from = values.length - 1; from >= 0; i++, from--) others[i] = low + high - at(values, from);
  return others;
}

/** Colours repeated as bands, `[count, height, width, channels]`. */
function inBands(colours: Uint8Array, { channels }: ModelInput): Float32Array {
  return Float32Array.from({ length: (colours.length / 3) * channels }, (_, i) =>
    at(colours, Math.floor(i / channels) * 3 + ((i % channels) % 3)),
  );
}

/** `[count, height, width, 3]` as the model's channels, of which further ones repeat the colours. */
function inLayout(colours: Float32Array, count: number, { layout, channels, height, width }: ModelInput): Float32Array {
  const plane = height * width;
  const values = new Float32Array(count * plane * channels);
  for (let place = 0; place < count * plane; place++) {
    const image = Math.floor(place / plane);
    for (let c = 0; c < channels; c++) {
      const to = layout === 'NCHW' ? (image * channels + c) * plane + (place - image * plane) : place * channels + c;
      values[to] = at(colours, place * 3 + (c % 3));
    }
  }
  return values;
}
