import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { freshKernels } from '../../../../src/shared/picture/kernels/kernels.ts';
import { readJpeg } from '../../../../src/worker/pipeline/decode/read-jpeg.ts';
import { readRaster } from '../../../../src/worker/pipeline/decode/read-raster.ts';
import { type CodedJpeg, codedJpeg } from '../../../reference/coded-jpeg.ts';
import { noise } from '../../../reference/noise.ts';
import { goldenFile } from './golden-pixels.ts';
import { expectSameOrNone } from './library-jpeg.ts';

async function expectSame(bytes: Buffer, turns = true): Promise<void> {
  expect(await expectSameOrNone(bytes, turns)).toBe(true);
}

/** From flat (0) to noise (255). */
function picture(width: number, height: number, channels: 1 | 3, seed: number, contrast: number) {
  const pixels = noise(width * height * channels, seed).map(
    (value, i) => 128 + Math.sin(i / 50) * 60 + ((value - 128) * contrast) / 512,
  );
  return sharp(pixels, { raw: { width, height, channels } });
}

/** With EXIF whose second tag says how the picture is turned. */
async function photographed(image: Sharp, orientation: number): Promise<Buffer> {
  const camera = { IFD0: { Make: 'A camera' } };
  const bytes = await image.withExif(camera).withMetadata({ orientation: 7 }).jpeg().toBuffer();
  const value = bytes.indexOf(Buffer.of(0x12, 0x01, 3, 0, 1, 0, 0, 0, 7, 0)) + 8;
  bytes.writeUInt16LE(orientation, value);
  return bytes;
}

const side = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 300 }));
const byte = fc.integer({ min: 0, max: 255 });

describe('has the pixels of libjpeg', () => {
  test('of pictures that the image library wrote', async () => {
    const options = fc.record({
      quality: fc.integer({ min: 1, max: 100 }),
      chromaSubsampling: fc.constantFrom('4:4:4', '4:2:0'),
      optimiseCoding: fc.boolean(),
    });
    const channels = fc.constantFrom<1 | 3>(1, 3, 3);
    await fc.assert(
      fc.asyncProperty(
        side,
        side,
        channels,
        fc.nat(),
        byte,
        options,
        async (width, height, count, seed, contrast, how) => {
          await expectSame(await picture(width, height, count, seed, contrast).jpeg(how).toBuffer());
        },
      ),
      { numRuns: 250 },
    );
  });

  test('of black and white alone, in all sizes up to 20 x 20', async () => {
    for (let width = 1; width <= 20; width++) {
      for (let height = 1; height <= 20; height++) {
        const pixels = noise(width * height * 3, width * 20 + height).map((value) => (value > 127 ? 255 : 0));
        const chromaSubsampling = (width + height) % 3 === 0 ? '4:4:4' : '4:2:0';
        const image = sharp(pixels, { raw: { width, height, channels: 3 } });
        await expectSame(await image.jpeg({ quality: 95, chromaSubsampling }).toBuffer());
      }
    }
  });

  test('with any sampling, restarts and tables', async () => {
    await fc.assert(
      fc.asyncProperty(coded(12), async (jpeg) => expectSame(codedJpeg(jpeg))),
      { numRuns: 300 },
    );
  });

  test('or none where coefficients are larger than those of any picture', async () => {
    let read = 0;
    const runs = 150;
    await fc.assert(
      fc.asyncProperty(coded(1023), async (jpeg) => {
        if (await expectSameOrNone(codedJpeg(jpeg))) read += 1;
      }),
      { numRuns: runs },
    );
    expect(read).toBeGreaterThan(0);
    expect(read).toBeLessThan(runs);
  });

  test.each(['shrunk/444', 'shrunk/422', 'shrunk/420', 'shrunk/restarts', 'shrunk/grey'])('of %s.jpg', async (name) => {
    await expectSame(await goldenFile(`${name}.jpg`));
  });

  test.each(['subsampled', 'profile', 'grey'])('of formats/%s.jpg', async (name) => {
    await expectSame(await goldenFile(`formats/${name}.jpg`));
  });

  test('of large pictures, which take several pieces of the file', async () => {
    for (const [width, height] of [
      [1501, 903],
      [9, 9000],
      [9000, 9],
    ] as const) {
      for (const chromaSubsampling of ['4:4:4', '4:2:0']) {
        const image = picture(width, height, 3, width, 200);
        await expectSame(await image.jpeg({ quality: 95, chromaSubsampling }).toBuffer());
      }
    }
  });

  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8])('turned as EXIF says (%i)', async (orientation) => {
    for (const [width, height] of [
      [71, 45],
      [40, 3],
    ] as const) {
      for (const channels of [1, 3] as const) {
        const image = picture(width, height, channels, orientation, 100);
        const bytes = await photographed(image, orientation);
        expect(readJpeg(bytes, true)?.width).toBe(orientation >= 5 ? height : width);
        await expectSame(bytes);
        await expectSame(bytes, false);
      }
    }
  });

  test('with bytes behind its end, which nobody reads', async () => {
    const bytes = await picture(40, 30, 3, 1, 100).jpeg().toBuffer();
    await expectSame(Buffer.concat([bytes, Buffer.alloc(1000, 0xff)]));
  });
});

describe('leaves to the image library', () => {
  const image = () => picture(50, 40, 3, 7, 80);
  const patched = async (patch: (bytes: Buffer, frame: number) => void): Promise<Buffer> => {
    const bytes = await image().jpeg().toBuffer();
    patch(bytes, bytes.indexOf(Buffer.of(0xff, 0xc0)));
    return bytes;
  };
  /** A segment behind the first marker. */
  const withSegment = async (code: number, body: Buffer): Promise<Buffer> => {
    const bytes = await image().jpeg().toBuffer();
    return Buffer.concat([bytes.subarray(0, 2), Buffer.of(0xff, code, 0, body.length + 2), body, bytes.subarray(2)]);
  };
  const ycc = (transform: number) => Buffer.concat([Buffer.from('Adobe\0d\0\0\0\0'), Buffer.of(transform)]);
  const scanOf = (bytes: Buffer) => bytes.indexOf(Buffer.of(0xff, 0xda));

  test.each<[string, () => Promise<Buffer>]>([
    ['a progressive picture', () => image().jpeg({ progressive: true }).toBuffer()],
    ['four inks', () => image().toColourspace('cmyk').jpeg().toBuffer()],
    ['12 bits a sample', () => patched((bytes, frame) => bytes.writeUInt8(12, frame + 4))],
    ['arithmetic code', () => patched((bytes, frame) => bytes.writeUInt8(0xc9, frame + 1))],
    ['a lossless picture', () => patched((bytes, frame) => bytes.writeUInt8(0xc3, frame + 1))],
    ['a sampling that few files have', () => patched((bytes, frame) => bytes.writeUInt8(0x41, frame + 11))],
    ['chroma of two samplings', () => patched((bytes, frame) => bytes.writeUInt8(0x21, frame + 14))],
    ['a component that the scan lacks', () => patched((bytes) => bytes.writeUInt8(9, scanOf(bytes) + 5))],
    ['a part of the coefficients', () => patched((bytes) => bytes.writeUInt8(5, scanOf(bytes) + 12))],
    ['RGB', () => withSegment(0xee, ycc(0))],
    ['colours that no standard names', () => withSegment(0xee, ycc(3))],
    ['a later JFIF', () => withSegment(0xe0, Buffer.from('JFIF\0\x02\0\0\0\0\0\0\0\0', 'latin1'))],
    ['a gain map', () => withSegment(0xe1, Buffer.from('http://ns.adobe.com/xap/1.0/\0 hdrgm:Version="1.0"'))],
    ['a second picture', () => withSegment(0xe2, Buffer.from('MPF\0'))],
    ['EXIF that cannot be read', () => withSegment(0xe1, Buffer.from('Exif\0\0nothing'))],
  ])('%s', async (_, file) => {
    expect(readJpeg(await file(), true)).toBeNull();
  });

  test('coefficients that are larger than any picture has', () => {
    const drawn = { width: 8, height: 8, samplings: [[1, 1] satisfies [number, number]], restartInterval: 0 };
    const read = (block: number[], divisor: number) => {
      const divisors = Array.from({ length: 64 }, () => divisor);
      return readJpeg(codedJpeg({ ...drawn, divisors, shuffle: (symbols) => symbols, block: () => block }), true);
    };
    expect(read([0, 0, 1, -1], 800)).not.toBeNull();
    expect(read([0, 0, 1, -1], 8192)).toBeNull();
    expect(read([0, 0, 0, -1], 65_535)).toBeNull();
    expect(read([1], 1600)).not.toBeNull();
    expect(read([3], 1600)).toBeNull();
  });

  test('codes for differences that no picture of 8 bits has', () => {
    const jpeg = { width: 8, height: 8, samplings: [[1, 1] satisfies [number, number]], restartInterval: 0 };
    const bytes = codedJpeg({
      ...jpeg,
      divisors: Array.from({ length: 64 }, () => 1),
      shuffle: (symbols) => symbols,
      block: () => [5, 1],
    });
    expect(readJpeg(bytes, true)).not.toBeNull();
    const lastOfDc = bytes.indexOf(Buffer.of(0xff, 0xc4)) + 4 + 17 + 11;
    expect(bytes[lastOfDc]).toBe(11);
    bytes[lastOfDc] = 16;
    expect(readJpeg(bytes, true)).toBeNull();
  });

  test('a file with another picture behind its own', async () => {
    const bytes = await image().jpeg().toBuffer();
    expect(readJpeg(Buffer.concat([bytes, bytes]), true)).toBeNull();
    const large = await picture(400, 300, 3, 2, 255).jpeg({ quality: 100 }).toBuffer();
    expect(readJpeg(Buffer.concat([large, Buffer.alloc(100_000), bytes]), true)).toBeNull();
  });

  test('EXIF whose tags are in no order', async () => {
    const bytes = await photographed(image(), 6);
    const tiff = bytes.indexOf('Exif') + 6;
    const directory = tiff + bytes.readUInt32LE(tiff + 4) + 2;
    const [first, second] = [bytes.subarray(directory, directory + 12), bytes.subarray(directory + 12, directory + 24)];
    const swapped = Buffer.concat([bytes.subarray(0, directory), second, first, bytes.subarray(directory + 24)]);
    expect(readJpeg(swapped, true)).toBeNull();
  });

  test('a file that ends early, wherever it does', async () => {
    const bytes = await picture(24, 17, 3, 5, 100).jpeg().toBuffer();
    for (let length = 0; length < bytes.length; length++) expect(readJpeg(bytes.subarray(0, length), true)).toBeNull();
  });

  test('bytes that are too many in the picture, and restarts that are missing or mixed up', async () => {
    const bytes = await goldenFile('shrunk/restarts.jpg');
    const end = bytes.lastIndexOf(Buffer.of(0xff, 0xd9));
    const second = bytes.indexOf(Buffer.of(0xff, 0xd1));
    const parts = (...places: number[]) => Buffer.concat([bytes.subarray(0, places[0]), bytes.subarray(places[1])]);
    const without = parts(second, second + 2);
    const other = Buffer.from(bytes);
    other[second + 1] = 0xd2;
    const more = (place: number) => Buffer.concat([bytes.subarray(0, place), Buffer.of(0), bytes.subarray(place)]);
    for (const damaged of [without, other, more(second), more(end), parts(second - 1, second), parts(end - 1, end)]) {
      expect(readJpeg(damaged, true)).toBeNull();
    }
  });
});

test('a huge picture that the file cannot hold takes no memory', async () => {
  const bytes = await picture(16, 16, 3, 1, 50).jpeg().toBuffer();
  const frame = bytes.indexOf(Buffer.of(0xff, 0xc0));
  bytes.writeUInt16BE(65_500, frame + 5);
  bytes.writeUInt16BE(65_500, frame + 7);
  expect(readJpeg(bytes, true)).toBeNull();
});

test('the memory of the kernels does not grow with the picture', async () => {
  const image = sharp({ create: { width: 6000, height: 4000, channels: 3, background: '#7f5020' } });
  const raster = readJpeg(await image.jpeg().toBuffer(), true);
  expect(raster?.pixels.length).toBe(6000 * 4000 * 3);
  expect(freshKernels().memory().length).toBeLessThan(8 * 2 ** 20);
});

test('what is read so is what every reader of pictures gets', async () => {
  const bytes = await picture(60, 50, 3, 9, 100).withMetadata({ orientation: 6 }).jpeg().toBuffer();
  expect(await readRaster(bytes)).toEqual(readJpeg(bytes, true));
  expect(await readRaster(bytes, { orientation: 'ignore' })).toEqual(readJpeg(bytes, false));
});

/** Drawn coefficients up to so far from zero. */
function coded(largest: number): fc.Arbitrary<CodedJpeg> {
  const luma = fc.constantFrom<[number, number]>([1, 1], [2, 1], [1, 2], [2, 2]);
  return fc
    .record({
      width: fc.integer({ min: 1, max: 70 }),
      height: fc.integer({ min: 1, max: 50 }),
      luma,
      isGrey: fc.boolean(),
      restartInterval: fc.integer({ min: 0, max: 9 }),
      divisor: fc.integer({ min: 1, max: 20 }),
      most: fc.integer({ min: 1, max: 63 }),
      seed: fc.nat(),
    })
    .map(({ luma, isGrey, divisor, most, seed, ...rest }) => {
      const random = noise(2 ** 16, seed);
      let next = 0;
      const draw = () => random[next++ % random.length] ?? 0;
      const block = () => {
        const dc = Math.round(((draw() - 128) * 8) / divisor);
        const count = draw() % (most + 1);
        const value = () => (draw() < 160 ? 0 : Math.round(((draw() - 128) * largest * (draw() / 255) ** 2) / 128));
        return [dc, ...Array.from({ length: count }, value)];
      };
      return {
        ...rest,
        samplings: isGrey ? [luma] : [luma, [1, 1], [1, 1]],
        divisors: Array.from({ length: 64 }, (_, k) => divisor + (k >> 3)),
        shuffle: (symbols: number[]) =>
          symbols
            .map((symbol) => ({ symbol, at: draw() }))
            .sort((a, b) => a.at - b.at)
            .map(({ symbol }) => symbol),
        block,
      };
    });
}
