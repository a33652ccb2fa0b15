/** Covering regions of a picture, to see what the model makes of the rest. */

import { blurred } from '../explain/faithfulness/blur.ts';
import { Hole } from '../explain/faithfulness/neighbour-interpolation.ts';
import { UserError } from '../explain/user-error.ts';
import type { Region } from './contract.ts';
import type { Fill } from './terms.ts';

/** `[height, width, channels]`, row by row. */
interface Samples extends Shape {
  values: Uint8Array | Float32Array;
}

interface Shape {
  height: number;
  width: number;
  channels: number;
}

export interface Covering {
  fill: Fill;
  regions: readonly Region[];
  /** What `grey` is, for each channel. */
  ground: readonly number[];
}

/** Standard deviation of `blur`, as a share of the picture's longer side: the strokes of small print are gone, large forms stay. */
const blurShare = 1 / 20;

/**
 * Fills regions of a picture in place; outside of them every sample stays as it is.
 * @throws UserError `nothing-left` where nothing outside of the regions is left, or nothing inside of the picture is covered
 */
export function coverRegions({ values, ...shape }: Samples, { fill, regions, ground }: Covering): void {
  const { height, width, channels } = shape;
  const mask = maskOf(regions, shape);
  const count = mask.reduce((sum, inside) => sum + inside, 0);
  if (count === 0 || count === mask.length) {
    const problem = count === 0 ? 'The regions lie outside of the picture' : 'The regions cover all of the picture';
    throw new UserError('nothing-left', `${problem}, which has ${width} x ${height} pixels. Cover a part of it.`);
  }
  const filled = fillings[fill](Float32Array.from(values), shape, mask, ground);
  const sample = values instanceof Uint8Array ? wholeSample : (value: number) => value;
  for (let pixel = 0; pixel < mask.length; pixel++) {
    if (mask[pixel] === 0) continue;
    for (let at = pixel * channels; at < (pixel + 1) * channels; at++) values[at] = sample(filled[at] ?? 0);
  }
}

function wholeSample(value: number): number {
  return Math.min(Math.max(Math.round(value), 0), 255);
}

type Filling = (values: Float32Array, shape: Shape, mask: Uint8Array, ground: readonly number[]) => ArrayLike<number>;

const fillings: Record<Fill, Filling> = {
  grey: (values, { channels }, _, ground) => values.map((_value, at) => ground[at % channels] ?? 0),
  blur: (values, shape) =>
    blurred(values, { name: '', layout: 'NHWC', ...shape }, Math.max(shape.height, shape.width) * blurShare),
  inpaint: (values, { height, width, channels }, mask) => {
    const hole = new Hole(mask, { height, width });
    const filled = values.slice();
    for (let channel = 0; channel < channels; channel++) {
      const plane = Float64Array.from(
        { length: height * width },
        (_, pixel) => values[pixel * channels + channel] ?? 0,
      );
      hole.fill(plane);
      plane.forEach((value, pixel) => {
        filled[pixel * channels + channel] = value;
      });
    }
    return filled;
  },
};

/** 1 for pixels that are covered. */
function maskOf(regions: readonly Region[], { height, width }: { height: number; width: number }): Uint8Array {
  const mask = new Uint8Array(height * width);
  for (const { left, top, ...size } of regions) {
    const right = Math.min(left + size.width, width);
    for (let row = top; row < Math.min(top + size.height, height); row++) {
      if (right > left) mask.fill(1, row * width + left, row * width + right);
    }
  }
  return mask;
}
