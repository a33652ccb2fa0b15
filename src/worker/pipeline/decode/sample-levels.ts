/** Pictures of more than 8 bits a sample become bytes: which of their values is black and which is white. */

import { at } from '../../../explain/at.ts';
import { ImageError } from '../../../shared/picture/image-error.ts';

/** The values that become 0 and 255. */
export type Levels = [black: number, white: number];

/** Bits that cameras, scanners and detectors count with. 14 of grey alone: a dark colour photograph of 16 bits may well need no more. */
const greyDepths = [8, 10, 12, 14, 16];
const colourDepths = [8, 10, 12, 16];

/**
 * Of whole numbers: the fewest usual bits that hold all of them. A picture of 12 bits is kept in files of 16, and so is one of 8: taken for
 * 16 bits they would be black.
 * @param samples 0 to 65535
 */
export function levelsOfBits(samples: Uint16Array, channels: number): Levels {
  let highest = 0;
  for (const sample of samples) if (sample > highest) highest = sample;
  const needed = highest === 0 ? 0 : 32 - Math.clz32(highest);
  const depths = channels === 1 ? greyDepths : colourDepths;
  return [0, 2 ** (depths.find((depth) => depth >= needed) ?? 16) - 1];
}

/** Of fractions: 0 to 1 or 0 to 255 where they lie within, else from the lowest to the highest. Numbers that are not finite do not count. */
export function levelsOfFloats(samples: Float32Array): Levels {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (const sample of samples) {
    if (!Number.isFinite(sample)) continue;
    if (sample < lowest) lowest = sample;
    if (sample > highest) highest = sample;
  }
  if (lowest >= 0 && highest <= 1) return [0, 1];
  if (lowest >= 0 && highest <= 255) return [0, 255];
  return lowest < highest ? [lowest, highest] : [0, 255];
}

/** @throws ImageError `corrupt` where no sample is a finite number */
export function requireNumbers(samples: ArrayLike<number>): void {
  if (!(samples instanceof Float32Array || samples instanceof Float64Array) || samples.some(Number.isFinite)) return;
  throw new ImageError(
    'corrupt',
    'The file holds no number that is finite, so that there is no picture in it. Replace it, or take it out of the input.',
  );
}

/** The highest eight bits of samples, as Pillow keeps the high byte of 16-bit colour. @param levels from 0 to one less than a power of two, of 8 bits or more */
export function highBits(samples: Uint16Array, [, white]: Levels): Uint8Array {
  const shift = Math.round(Math.log2(white + 1)) - 8;
  return Uint8Array.from(samples, (sample) => Math.min(sample >> shift, 255));
}

/** Samples scaled and rounded to bytes, half to even as Pillow does; what lies outside of the levels is black or white, and no number is black. */
export function scaledBytes(samples: Uint16Array | Float32Array, [black, white]: Levels): Uint8Array {
  const bytes = new Uint8ClampedArray(samples.length);
  for (let i = 0; i < samples.length; i++) bytes[i] = ((at(samples, i) - black) / (white - black)) * 255;
  return new Uint8Array(bytes.buffer);
}
