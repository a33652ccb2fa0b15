import { freshKernels } from './kernels/kernels.ts';
import type { Raster } from './raster.ts';

/** Pixels that lie in the kernels' memory at once. */
const greyAtOnce = 2 ** 18;

/** Luma of ITU-R 601 in the 16-bit fixed point of Pillow's `convert('L')`. */
export function toGrey(raster: Raster): Raster {
  if (raster.channels === 1) return raster;
  const { pixels, width, height } = raster;
  const grey = new Uint8Array(width * height);
  for (let from = 0; from < grey.length; from += greyAtOnce) {
    const count = Math.min(greyAtOnce, grey.length - from);
    const kernels = freshKernels();
    const source = kernels.put(pixels.subarray(from * 3, (from + count) * 3));
    const target = kernels.place(count);
    kernels.functions.grey(source, target, count);
    grey.set(kernels.bytes(target, count), from);
  }
  return { pixels: grey, width, height, channels: 1 };
}
