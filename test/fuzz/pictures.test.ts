/** Pictures of strangers: no damage to a file does more than fail that image. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { beforeAll, describe, it } from 'vitest';
import { decodeImage } from '../../src/worker/pipeline/decode/decode.ts';
import { readJpegHeader } from '../../src/worker/pipeline/decode/jpeg-header.ts';
import { resolvePreprocessing } from '../../src/worker/pipeline/decode/preprocessing.ts';
import { expectSameOrNone } from '../worker/pipeline/decode/library-jpeg.ts';
import { damaged, fuzzing } from './damaged.ts';
import { Outcomes, readOrRefuse } from './outcome.ts';

const formats = join(import.meta.dirname, '../goldens/preprocess/formats');
const preprocessing = resolvePreprocessing({ preset: 'imagenet', size: { height: 32, width: 32 } });
/** A file that announces more is refused before anything is allocated for it. */
const pixelLimit = 4_000_000;
const isJpeg = (bytes: Buffer) => bytes.readUInt16BE(0) === 0xffd8;
let seeds: Buffer[] = [];

beforeAll(async () => {
  const pixels = Buffer.from(Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * 37) % 256));
  const picture = () => sharp(pixels, { raw: { width: 40, height: 30, channels: 3 } });
  const made = await Promise.all([
    picture().jpeg().toBuffer(),
    picture().jpeg({ chromaSubsampling: '4:4:4' }).withMetadata({ orientation: 8 }).toBuffer(),
    picture().jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).withMetadata({ orientation: 6 }).toBuffer(),
    picture().toColourspace('cmyk').jpeg().toBuffer(),
    picture().png().toBuffer(),
    picture().png({ palette: true }).toBuffer(),
    picture().toColourspace('rgb16').png().toBuffer(),
    picture().webp().toBuffer(),
    picture().gif().toBuffer(),
    picture().tiff({ compression: 'lzw' }).toBuffer(),
    picture().toColourspace('rgb16').tiff().toBuffer(),
  ]);
  const names = (await readdir(formats)).filter((name) => !name.endsWith('.json'));
  seeds = [...made, ...(await Promise.all(names.map((name) => readFile(join(formats, name)))))];
});

describe('a damaged picture', () => {
  it('is decoded, or refused with a reason', async () => {
    const outcomes = new Outcomes();
    await fc.assert(
      fc.asyncProperty(damaged(seeds), fc.constantFrom<1 | 3>(1, 3), (bytes, channels) =>
        readOrRefuse(outcomes, () => decodeImage(bytes, preprocessing, { channels, pixelLimit })),
      ),
      fuzzing,
    );
    outcomes.check();
  });

  it('that is a JPEG is read as libjpeg reads it without a warning, or left to it', async () => {
    const outcomes = new Outcomes();
    await fc.assert(
      fc.asyncProperty(damaged(seeds.filter(isJpeg)), (bytes) =>
        readOrRefuse(outcomes, async () => ((await expectSameOrNone(bytes)) ? bytes : null)),
      ),
      fuzzing,
    );
    outcomes.check();
  });

  it('has a header, or none', async () => {
    const outcomes = new Outcomes();
    await fc.assert(
      fc.asyncProperty(damaged(seeds.filter(isJpeg)), (bytes) => readOrRefuse(outcomes, () => readJpegHeader(bytes))),
      fuzzing,
    );
    outcomes.check();
  });
});
