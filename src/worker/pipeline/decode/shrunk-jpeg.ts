/** JPEGs read at a half, a quarter or an eighth of their size, by libjpeg: it computes fewer pixels from each block of 8 x 8. */

import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Size } from '../../../shared/picture/raster.ts';
import type { Shrink, ShrunkPicture } from './shrink.ts';

/** Values of the EXIF tag 0x0112 that show rows as columns, or begin with what is stored at the right, or at the bottom. */
const transposed = [5, 6, 7, 8];
const fromTheRight = [2, 3, 6, 7];
const fromTheBottom = [3, 4, 7, 8];

/**
 * @param stored size as the file has it
 * @param readOrientation asked only where it matters
 * @returns null for a picture that is to be read whole
 */
export async function planShrunk(
  { width, height }: Size,
  shrinkFor: (original: Size) => Shrink,
  readOrientation: () => Promise<number>,
): Promise<ShrunkPicture | null> {
  const stored = { width, height };
  const turned = { width: height, height: width };
  if (shrinkFor(stored) === 1 && shrinkFor(turned) === 1) return null;
  const orientation = await readOrientation();
  const original = transposed.includes(orientation) ? turned : stored;
  const shrink = shrinkFor(original);
  if (shrink === 1) return null;
  const read = shrunkSize(original, shrink);
  return {
    original,
    shrink,
    left: fromTheRight.includes(orientation) ? read.width - original.width / shrink : 0,
    top: fromTheBottom.includes(orientation) ? read.height - original.height / shrink : 0,
  };
}

/** libvips leaves out a last column or row that covers less of the picture than the others. */
export function shrunkSize({ width, height }: Size, shrink: Shrink): Size {
  return { width: Math.floor(width / shrink), height: Math.floor(height / shrink) };
}

/**
 * Hands the image library what it opens as the smaller picture. sharp itself reads a JPEG smaller only before it resamples it by 1.1 and more;
 * libvips does so for a file whose name ends with options, so that a file there has to be.
 */
export async function openShrunk<Result>(
  bytes: Buffer,
  shrink: Shrink,
  use: (source: Buffer | string) => Promise<Result>,
): Promise<Result> {
  if (shrink === 1) return use(bytes);
  const file = join(tmpdir(), `gradline-${randomUUID()}.jpg`);
  try {
    await writeFile(file, bytes, { flag: 'wx', mode: 0o600 });
    return await use(`${file}[shrink=${shrink}]`);
  } finally {
    await rm(file, { force: true });
  }
}
