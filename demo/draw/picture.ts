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
  return { pixels: await photograph(scene.svg, seed), stamp: scene.stamp };
}

/** RGB, 8 bits, `side` x `side`. */
export async function photograph(svg: string, seed: string): Promise<Uint8Array> {
  const drawn = await sharp(Buffer.from(svg)).flatten({ background: '#808080' }).toColourspace('srgb').raw().toBuffer();
  const pixels = new Uint8Array(drawn);
  expose(pixels, side, new Random(seed, 'film'));
  return pixels;
}

/** The picture as a JPEG file. */
export function developJpeg(picture: Pick<Picture, 'pixels'>): Promise<Buffer> {
  return sharp(picture.pixels, { raw: { width: side, height: side, channels: 3 } })
    .jpeg({ quality: 88 })
    .toBuffer();
}
