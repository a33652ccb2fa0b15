/** Pictures in NumPy's files. */

import { ImageError } from '../../../shared/picture/image-error.ts';
import { holdsTruth, NumpyError, type NumpyValues, readNumpyFile } from '../../../shared/run/numpy-file.ts';

interface ArrayPicture<Channels extends number> {
  width: number;
  height: number;
  channels: Channels;
  /** `height * width * channels`, row by row. */
  values: NumpyValues;
}

/**
 * `[height, width, channels]`, `[channels, height, width]`, or either behind axes of 1; `[height, width]` where one channel is among those. False is 0, and true 255.
 * @param wanted how many channels it may have; the first that fits counts
 * @throws ImageError `wrong-bands` for an array of another shape; `corrupt`
 */
export function arrayPicture<Channels extends number>(
  bytes: Buffer,
  wanted: readonly Channels[],
): ArrayPicture<Channels> {
  const { shape, values } = readArray(bytes);
  const spare = Math.min(
    shape.findIndex((size) => size !== 1),
    shape.length - 3,
  );
  const sizes = spare > 0 ? shape.slice(spare) : shape;
  const [first = 0, second = 0, third = 0] = sizes;
  for (const channels of wanted) {
    if (sizes.length === 2 && channels === 1) return { height: first, width: second, channels, values };
    if (sizes.length !== 3) continue;
    if (third === channels) return { height: first, width: second, channels, values };
    if (first === channels) return { height: second, width: third, channels, values: interleaved(values, channels) };
  }
  const [channels = 1] = wanted;
  throw wrongBands(
    `The array has the shape [${shape.join(', ')}], and the model takes ${channels} bands: [height, width, ${channels}] or [${channels}, height, width]`,
  );
}

function readArray(bytes: Buffer) {
  try {
    const { shape, values } = readNumpyFile(bytes);
    return { shape, values: holdsTruth(bytes) ? values.map((value) => value * 255) : values };
  } catch (cause) {
    if (!(cause instanceof NumpyError)) throw cause;
    throw new ImageError('corrupt', `The file ${cause.message}. Replace it.`, { cause });
  }
}

/** Band by band as pixel by pixel. */
function interleaved(values: NumpyValues, channels: number): NumpyValues {
  const plane = values.length / channels;
  return values.map((_, i) => values[(i % channels) * plane + Math.floor(i / channels)] ?? 0);
}

export function wrongBands(what: string): ImageError {
  return new ImageError(
    'wrong-bands',
    `${what}. Give .npy or TIFF files with these bands, or take the file out of the input.`,
  );
}
