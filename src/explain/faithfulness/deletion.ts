/** Deletion and insertion (Petsiuk et al. 2018, RISE): the score as pixels go or come in the order of the map. */

import type { ModelInput } from '../explanation.ts';
import { blurred } from './blur.ts';
import { copyPixels, pictureLength, planesOf } from './picture.ts';

/** Parts of the picture that go or come at once. The paper takes one row's worth of pixels at a time; the curve is smooth enough for this. */
export const steps = 16;

/** Standard deviation of the blur that insertion starts from: 5 pixels of 224, as the paper has it. */
const blurShare = 5 / 224;

/** The pictures between the whole one and an empty one: after `k` of `steps` parts, `k` from 1 to `steps - 1`. Zero is the empty colour. */
export function* deletionPictures(
  picture: Float32Array,
  order: Uint32Array,
  input: ModelInput,
): Generator<Float32Array> {
  yield* between(picture, emptyPicture(input), order, input);
}

/** The pictures between a blurred one and the whole one. */
export function* insertionPictures(
  picture: Float32Array,
  blur: Float32Array,
  order: Uint32Array,
  input: ModelInput,
): Generator<Float32Array> {
  yield* between(blur, picture, order, input);
}

/** What deletion ends with: zero everywhere, which is the preprocessing's mean colour. */
export function emptyPicture(input: ModelInput): Float32Array {
  return new Float32Array(pictureLength(input));
}

/** What insertion starts from. */
export function blurredPicture(picture: Float32Array, input: ModelInput): Float32Array {
  return blurred(picture, input, blurShare * Math.max(input.height, input.width));
}

/** Each picture is good until the next is asked for. */
function* between(start: Float32Array, end: Float32Array, order: Uint32Array, input: ModelInput) {
  const picture = start.slice();
  const planes = planesOf(input);
  const border = (step: number) => Math.round((step * order.length) / steps);
  for (let step = 1; step < steps; step++) {
    copyPixels(end, picture, planes, order.subarray(border(step - 1), border(step)));
    yield picture;
  }
}

/** Area under a curve of equally spaced values over 0 to 1, by trapezoids. @throws RangeError for fewer than two values */
export function areaUnder(curve: readonly number[]): number {
  const [first] = curve;
  const last = curve.at(-1);
  if (first === undefined || last === undefined || curve.length < 2)
    throw new RangeError('A curve has two values or more.');
  return (curve.reduce((sum, value) => sum + value, 0) - (first + last) / 2) / (curve.length - 1);
}
