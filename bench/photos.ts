/** Photo-like JPEGs for measurements where no photos are given. */

import { link, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { Random } from '../demo/draw/random.ts';
import type { Size } from '../src/shared/picture/raster.ts';

/** The usual size of an ImageNet photo. */
export const usualSize: Size = { width: 500, height: 375 };
/** Columns of the coarsest pattern; each finer one has twice as many and is weaker, down to the pixels. */
const coarsest = 4;
/** How much weaker a pattern of twice the detail is: chosen for files as large as those of photos. */
const decay = 0.76;

/**
 * Clouds of colour with detail at every scale: worth as many bytes (about 100 kB), and so as much decoding, as a photo of this
 * size. The same number gives the same picture.
 */
export async function drawPhoto(number: number, { width, height }: Size = usualSize): Promise<Buffer> {
  const random = new Random('photo', number);
  const patterns = Math.ceil(Math.log2(width / coarsest)) + 1;
  const sum = new Float32Array(width * height * 3);
  for (let pattern = 0; pattern < patterns; pattern++) {
    const columns = Math.min(coarsest * 2 ** pattern, width);
    const rows = Math.ceil((columns * height) / width);
    const levels = Uint8Array.from({ length: columns * rows * 3 }, () => random.integer(0, 255));
    const pixels = await sharp(levels, { raw: { width: columns, height: rows, channels: 3 } })
      .resize(width, height, { fit: 'fill', kernel: 'cubic' })
      .raw()
      .toBuffer();
    const strength = decay ** pattern;
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + strength * ((pixels[i] ?? 0) - 127.5);
  }
  const pixels = Uint8ClampedArray.from(sum, (value) => 127.5 + value);
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 92 })
    .toBuffer();
}

/** Writes `0000.jpg` and so on. */
export async function drawPhotos(count: number, folder: string, size: Size = usualSize): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let number = 0; number < count; number++) {
    await writeFile(join(folder, `${String(number).padStart(4, '0')}.jpg`), await drawPhoto(number, size));
  }
}

/** Makes `count` images of fewer by hard links, one after the other and over again: `folder/00/00000.jpg`, 1,000 in a subfolder. */
export async function multiplyPhotos(source: string, count: number, folder: string): Promise<void> {
  const names = (await readdir(source)).filter((name) => /\.jpe?g$/i.test(name)).sort();
  for (let number = 0; number < count; number++) {
    const name = names[number % names.length];
    if (name === undefined) throw new Error(`There are no JPEGs in ${source}.`);
    const subfolder = join(folder, String(Math.floor(number / 1000)).padStart(2, '0'));
    if (number % 1000 === 0) await mkdir(subfolder, { recursive: true });
    await link(join(source, name), join(subfolder, `${String(number).padStart(5, '0')}.jpg`));
  }
}
