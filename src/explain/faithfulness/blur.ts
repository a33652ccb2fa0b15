/** Gaussian blur of pictures. */

import type { ModelInput } from '../explanation.ts';
import { planesOf, readPlane, writePlane } from './picture.ts';

/** Each channel of a picture, blurred with a Gaussian that is cut off at one standard deviation, as `Petsiuk et al. 2018` do. */
export function blurred(picture: Float32Array, input: ModelInput, deviation: number): Float32Array {
  const result = picture.slice();
  const kernel = gaussianKernel(deviation, Math.max(1, Math.round(deviation)));
  for (const plane of planesOf(input)) {
    const values = readPlane(picture, plane, input.height * input.width);
    writePlane(result, plane, filtered(values, input, kernel));
  }
  return result;
}

/** `2 * radius + 1` weights that add up to 1. */
export function gaussianKernel(deviation: number, radius: number): Float64Array {
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * deviation ** 2)),
  );
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / total);
}

/** A grid `[height, width]` filtered along both axes. Beyond its border nothing counts: what is left of the kernel is scaled up. */
export function filtered(
  values: ArrayLike<number>,
  { height, width }: { height: number; width: number },
  kernel: Float64Array,
): Float64Array {
  const across = alongAxis(values, { lines: height, length: width, lineStep: width, step: 1 }, kernel);
  return alongAxis(across, { lines: width, length: height, lineStep: 1, step: width }, kernel);
}

interface Axis {
  lines: number;
  length: number;
  lineStep: number;
  step: number;
}

function alongAxis(
  values: ArrayLike<number>,
  { lines, length, lineStep, step }: Axis,
  kernel: Float64Array,
): Float64Array {
  const radius = (kernel.length - 1) / 2;
  const result = new Float64Array(values.length);
  for (let place = 0; place < length; place++) {
    const from = Math.max(-radius, -place);
    const to = Math.min(radius, length - 1 - place);
    let weight = 0;
    for (let shift = from; shift <= to; shift++) weight += kernel[shift + radius] ?? 0;
    for (let line = 0; line < lines; line++) {
      const at = line * lineStep + place * step;
      let sum = 0;
      for (let shift = from; shift <= to; shift++)
        sum += (kernel[shift + radius] ?? 0) * (values[at + shift * step] ?? 0);
      result[at] = sum / weight;
    }
  }
  return result;
}
