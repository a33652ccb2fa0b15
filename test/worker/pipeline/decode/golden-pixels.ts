import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

/** Files written by test/oracle/preprocess.py. */
const folder = join(import.meta.dirname, '../../../goldens/preprocess');

export function goldenFile(name: string): Promise<Buffer> {
  return readFile(join(folder, name));
}

/** RGB bytes of a golden PNG. */
export async function goldenPixels(name: string): Promise<Uint8Array> {
  return new Uint8Array(
    await sharp(await goldenFile(name))
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer(),
  );
}

/** A PNG of RGB pixels given row by row. */
export function png(rows: number[][][]): Promise<Buffer> {
  const height = rows.length;
  const width = rows[0]?.length ?? 0;
  return sharp(Buffer.from(rows.flat(2)), { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

/** A plain PNG picture. */
export function plainPng(width: number, height: number, [r, g, b]: [number, number, number]): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: { r, g, b } } })
    .png()
    .toBuffer();
}
