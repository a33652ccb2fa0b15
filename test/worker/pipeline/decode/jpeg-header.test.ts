import sharp, { type Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { readJpegHeader } from '../../../../src/worker/pipeline/decode/jpeg-header.ts';

const colour = sharp({ create: { width: 37, height: 21, channels: 3, background: '#c08040' } });

const files: [name: string, image: Sharp][] = [
  ['in colour', colour.clone().jpeg()],
  ['with full colour resolution', colour.clone().jpeg({ chromaSubsampling: '4:4:4' })],
  ['progressive', colour.clone().jpeg({ progressive: true })],
  ['grey', colour.clone().greyscale().jpeg()],
  ['of four inks', colour.clone().toColourspace('cmyk').jpeg()],
  ['turned by EXIF', colour.clone().withMetadata({ orientation: 6 }).jpeg()],
  ['with a colour profile', colour.clone().withIccProfile('p3').jpeg()],
];

test.each(files)('of a JPEG %s as the image library has it', async (_, image) => {
  const bytes = await image.toBuffer();
  const { width, height, channels, depth, space } = await sharp(bytes).metadata();
  expect(readJpegHeader(bytes)).toEqual({ width, height, channels, depth, space });
});

test('fill bytes before a marker are passed over', async () => {
  const bytes = await colour.clone().jpeg().toBuffer();
  const filled = Buffer.concat([bytes.subarray(0, 2), Buffer.of(0xff, 0xff), bytes.subarray(2)]);
  expect(readJpegHeader(filled)).toEqual(readJpegHeader(bytes));
});

test('what is not usual is left to the image library', async () => {
  const bytes = await colour.clone().jpeg().toBuffer();
  const frame = bytes.indexOf(Buffer.of(0xff, 0xc0));
  const deep = Buffer.from(bytes);
  deep[frame + 4] = 12;
  expect(readJpegHeader(deep)).toBeNull();
  const withoutHeight = Buffer.from(bytes);
  withoutHeight.writeUInt16BE(0, frame + 5);
  expect(readJpegHeader(withoutHeight)).toBeNull();
  expect(readJpegHeader(bytes.subarray(0, frame + 6))).toBeNull();
  expect(readJpegHeader(Buffer.from('no JPEG at all'))).toBeNull();
});
