/** JPEGs as the image library reads them: libjpeg's pixels, or an error for all that it warns of. */

import sharp from 'sharp';
import { expect } from 'vitest';
import { readJpeg } from '../../../../src/worker/pipeline/decode/read-jpeg.ts';

/** @throws for damaged files, also where a picture could be made of them */
async function libraryJpeg(bytes: Buffer, turns = true) {
  const image = sharp(bytes, { failOn: 'warning', ignoreIcc: true });
  const { channels: stored, depth, space } = await image.metadata();
  const { data, info } = await (turns ? image.autoOrient() : image)
    .toColourspace(stored <= 2 ? 'b-w' : 'srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  return { pixels: data, width, height, channels, depth, space };
}

/** Ours has the same pixels, or leaves the file to the library. @returns whether ours read it */
export async function expectSameOrNone(bytes: Buffer, turns = true): Promise<boolean> {
  const ours = readJpeg(bytes, turns);
  if (ours === null) return false;
  const { width, height, channels } = ours;
  const theirs = await libraryJpeg(bytes, turns);
  const space = channels === 1 ? 'b-w' : 'srgb';
  expect(theirs).toMatchObject({ width, height, channels, depth: 'uchar', space });
  expect(Buffer.compare(theirs.pixels, ours.pixels)).toBe(0);
  return true;
}
