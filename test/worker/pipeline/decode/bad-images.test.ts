import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { ImageError } from '../../../../src/shared/picture/image-error.ts';
import { decodeImage } from '../../../../src/worker/pipeline/decode/decode.ts';
import { resolvePreprocessing } from '../../../../src/worker/pipeline/decode/preprocessing.ts';
import { tiff } from './band-files.ts';
import { goldenFile, plainPng } from './golden-pixels.ts';

const preprocessing = resolvePreprocessing({ preset: 'imagenet' }, { height: 28, width: 28 });

async function errorOf(bytes: Buffer, pixelLimit?: number): Promise<ImageError> {
  try {
    await decodeImage(bytes, preprocessing, pixelLimit === undefined ? {} : { pixelLimit });
  } catch (error) {
    if (error instanceof ImageError) return error;
    throw error;
  }
  throw new Error('The image was decoded.');
}

test('an empty file', async () => {
  expect(await errorOf(Buffer.alloc(0))).toMatchObject({
    code: 'empty-file',
    message: expect.stringContaining('0 bytes'),
  });
});

test.each([
  ['text', 'Not Found\n'],
  ['a web page', '<!doctype html><html><body>Access denied</body></html>'],
  ['JSON', '{"error": "expired"}'],
  ['a single byte', '\xff'],
])('%s in place of an image', async (_, content) => {
  expect((await errorOf(Buffer.from(content, 'latin1'))).code).toBe('not-an-image');
});

test.each([
  ['a web page', '<html><body>404</body></html>', 'a web page', 'Download'],
  ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n', "'git lfs pull'"],
])('%s in place of an image is called so, with what to do', async (_, content, ...parts) => {
  const { message } = await errorOf(Buffer.from(content));
  for (const part of parts) expect(message).toContain(part);
});

test.each([
  ['SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'],
  ['SVG', '\ufeff<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="http://www.w3.org/2000/svg"/>'],
  ['PDF', '%PDF-1.7\n'],
  ['HEIC', '\0\0\0\x18ftypheic\0\0\0\0mif1heic'],
  ['JPEG XL', '\0\0\0\x0cJXL \r\n\x87\n'],
  ['PAM', 'P7\nWIDTH 1\nHEIGHT 1\n'],
])('%s is refused by name', async (name, content) => {
  const error = await errorOf(Buffer.from(content));
  expect(error.code).toBe('unsupported-format');
  expect(error.message).toContain(name);
});

describe('a file that ends early', () => {
  const files = new Map<string, Buffer>();
  beforeAll(async () => {
    const image = sharp(await goldenFile('landscape.png')).resize(160, 120);
    files.set('JPEG', await image.clone().jpeg().toBuffer());
    files.set('progressive JPEG', await image.clone().jpeg({ progressive: true }).toBuffer());
    files.set('PNG', await image.clone().png().toBuffer());
    files.set('WebP', await image.clone().webp().toBuffer());
    files.set('TIFF', await image.clone().tiff({ compression: 'lzw' }).toBuffer());
    files.set('GIF', await image.clone().gif().toBuffer());
    files.set('AVIF', await image.clone().avif().toBuffer());
    files.set('BMP', await goldenFile('formats/bmp-rgb.bmp'));
    files.set('Netpbm', await goldenFile('formats/ppm.ppm'));
  });

  describe.each(['JPEG', 'progressive JPEG', 'PNG', 'WebP', 'TIFF', 'GIF', 'AVIF', 'BMP', 'Netpbm'])('%s', (kind) => {
    test.each([0.95, 0.6, 0.25])('after %d of its bytes', async (share) => {
      const file = files.get(kind) ?? Buffer.alloc(0);
      const error = await errorOf(file.subarray(0, Math.floor(file.length * share)));
      expect(error.code).toBe('truncated');
      expect(error.message).toContain(`${kind.replace('progressive ', '')} file ends before its picture does`);
    });

    test('is read when whole', async () => {
      await expect(decodeImage(files.get(kind) ?? Buffer.alloc(0), preprocessing)).resolves.toBeDefined();
    });
  });
});

describe('damaged data are not painted grey', () => {
  const image = () => {
    const noise = Buffer.from(Array.from({ length: 64 * 64 * 3 }, (_, i) => Math.sin(i * i) * 127 + 128));
    return sharp(noise, { raw: { width: 64, height: 64, channels: 3 } });
  };

  test('in a PNG', async () => {
    const png = await image().png().toBuffer();
    png.fill(0x5a, png.length / 2, png.length / 2 + 40);
    expect((await errorOf(png)).code).toBe('corrupt');
  });

  test('in a JPEG that lacks its middle', async () => {
    const jpeg = await image().jpeg().toBuffer();
    const middle = Math.floor(jpeg.length / 2);
    expect((await errorOf(Buffer.concat([jpeg.subarray(0, middle), jpeg.subarray(-2)]))).code).toBe('corrupt');
  });
});

test('stray bytes between JPEG markers, which cameras leave, do no harm', async () => {
  const jpeg = await sharp(await goldenFile('landscape.png'))
    .jpeg()
    .toBuffer();
  const secondMarker = 4 + jpeg.readUInt16BE(4);
  const stray = Buffer.concat([jpeg.subarray(0, secondMarker), Buffer.from([0, 0, 0]), jpeg.subarray(secondMarker)]);
  const expected = await decodeImage(jpeg, preprocessing);
  expect((await decodeImage(stray, preprocessing)).pixels).toEqual(expected.pixels);
});

test('stray bytes between the scans of a JPEG do no harm', async () => {
  const { jpeg, stray } = await progressive();
  const expected = await decodeImage(jpeg, preprocessing);
  expect((await decodeImage(stray, preprocessing)).pixels).toEqual(expected.pixels);
});

test('what is said of a file does not depend on which others are read at the same moment', async () => {
  const { jpeg, stray } = await progressive();
  const plain = sharp(jpeg);
  const cut = (file: Buffer) => file.subarray(0, Math.floor(file.length * 0.8));
  const scratch = (file: Buffer) =>
    Buffer.from(file).fill(0x5a, Math.floor(file.length * 0.6), Math.floor(file.length * 0.7));
  const [png, lzw, avif] = await Promise.all([
    plain.clone().png().toBuffer(),
    plain.clone().tiff({ compression: 'lzw' }).toBuffer(),
    plain.clone().avif().toBuffer(),
  ]);
  const floats = tiff(
    Float64Array.from({ length: 900 }, (_, i) => Math.sin(i)),
    { width: 30, height: 30, bands: 1 },
  );
  const files = [jpeg, stray, floats, png, cut(jpeg), cut(png), cut(lzw), cut(avif), scratch(png), scratch(lzw)];
  const said = (file: Buffer) =>
    decodeImage(file, preprocessing).then(
      () => 'fine',
      (error: unknown) => (error instanceof ImageError ? `${error.code}: ${error.message}` : String(error)),
    );
  const alone: string[] = [];
  for (const file of files) alone.push(await said(file));
  expect(alone.slice(0, 4)).toEqual(['fine', 'fine', 'fine', 'fine']);
  for (let time = 0; time < 8; time++) {
    const together = await Promise.all([...files, ...files].map(said));
    expect(together).toEqual([...alone, ...alone]);
  }
});

/** A JPEG of several scans, and the same with zeros before the last of its tables, behind a scan's data. */
async function progressive() {
  const jpeg = await sharp(await goldenFile('landscape.png'))
    .jpeg({ progressive: true })
    .toBuffer();
  const table = jpeg.lastIndexOf(Buffer.from([0xff, 0xc4]));
  const stray = Buffer.concat([jpeg.subarray(0, table), Buffer.from([0, 0, 0]), jpeg.subarray(table)]);
  return { jpeg, stray };
}

describe('more pixels than the limit', () => {
  test('a 30,000 x 30,000 PNG of a few hundred kilobytes is refused from its header', async () => {
    const error = await errorOf(pixelBomb(30_000));
    expect(error).toMatchObject({ code: 'too-large', message: expect.stringContaining('30000 x 30000') });
    expect(error.message).toContain('100 million');
  });

  test('the limit is the number of pixels that still passes', async () => {
    const image = await plainPng(40, 25, [1, 2, 3]);
    await expect(decodeImage(image, preprocessing, { pixelLimit: 1000 })).resolves.toBeDefined();
    expect((await errorOf(image, 999)).code).toBe('too-large');
  });
});

test('another size than the model takes, with fit none', async () => {
  const none = resolvePreprocessing({ preset: 'none' }, { height: 28, width: 28 });
  const decoding = decodeImage(await plainPng(28, 27, [1, 2, 3]), none);
  await expect(decoding).rejects.toMatchObject({
    code: 'wrong-size',
    message: expect.stringContaining('28 x 27 pixels, the model takes 28 x 28'),
  });
});

/** A grey PNG of one bit a pixel, all black, whole and valid: 900 million pixels in about a hundred kilobytes. */
function pixelBomb(side: number): Buffer {
  const chunk = (kind: string, body: Buffer) => {
    const named = Buffer.concat([Buffer.from(kind, 'latin1'), body]);
    const framed = Buffer.alloc(named.length + 8);
    framed.writeUInt32BE(body.length, 0);
    named.copy(framed, 4);
    framed.writeUInt32BE(crc32(named), named.length + 4);
    return framed;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = 1;
  const rows = deflateSync(Buffer.alloc((side / 8 + 1) * side));
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))]);
}

/** CRC-32 of the PNG specification; Node 20.19 has none of its own. */
function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
