import sharp from 'sharp';
import type { Box } from './date-stamp.ts';
import { expose } from './film.ts';
import { Random } from './random.ts';
import { type ClassName, drawScene } from './scene.ts';
import { side } from './svg.ts';

export interface Picture {
  /** RGB, 8 bits, `side` x `side`. */
  pixels: Uint8Array;
  stamp: Box | null;
}

/** Draws the scene and takes its photograph. */
export async function drawPicture(subject: ClassName, stamped: boolean, seed: string): Promise<Picture> {
  const scene = drawScene(subject, stamped, seed);
  const drawn = await sharp(Buffer.from(scene.svg))
    .flatten({ background: '#808080' })
    .toColourspace('srgb')
    .raw()
    .toBuffer();
  const pixels = new Uint8Array(drawn);
  expose(pixels, side, new Random(seed, 'film'));
  return { pixels, stamp: scene.stamp };
}

/** The picture as a JPEG file. */
export function developJpeg(picture: Picture): Promise<Buffer> {
  return sharp(picture.pixels, { raw: { width: side, height: side, channels: 3 } })
    .jpeg({ quality: 88 })
    .toBuffer();
}
