import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { type ReadOptions, readRaster } from '../../../../src/worker/pipeline/decode/read-raster.ts';
import { npy, tiff } from './band-files.ts';

/** Values of a file of 16 bits, grey or in colour. */
function png16(values: number[], channels: 1 | 3 = 1): Promise<Buffer> {
  const raw = { width: values.length / channels, height: 1, channels, depth: 'ushort' as const };
  return sharp(Uint16Array.from(values), { raw })
    .toColourspace(channels === 1 ? 'grey16' : 'rgb16')
    .png()
    .toBuffer();
}

/** A classic TIFF of one row of 32-bit fractions, which sharp does not write. */
function fractions(values: number[]): Buffer {
  const entries: [tag: number, type: number, count: number, value: number][] = [
    [256, 4, 1, values.length],
    [257, 4, 1, 1],
    [258, 3, 1, 32],
    [259, 3, 1, 1],
    [262, 3, 1, 1],
    [273, 4, 1, 8 + 2 + 10 * 12 + 4],
    [277, 3, 1, 1],
    [278, 4, 1, 1],
    [279, 4, 1, values.length * 4],
    [339, 3, 1, 3],
  ];
  const head = Buffer.alloc(8 + 2 + entries.length * 12 + 4);
  head.write('II*\0', 0, 'latin1');
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(entries.length, 8);
  entries.forEach(([tag, type, count, value], i) => {
    const at = 10 + i * 12;
    head.writeUInt16LE(tag, at);
    head.writeUInt16LE(type, at + 2);
    head.writeUInt32LE(count, at + 4);
    head.writeUInt32LE(value, at + 8);
  });
  return Buffer.concat([head, Buffer.from(Float32Array.from(values).buffer)]);
}

async function read(file: Buffer, options?: ReadOptions) {
  const { pixels, levels, channels } = await readRaster(file, options);
  return { pixels: [...pixels], levels, channels };
}

describe('a file of 16 bits a sample', () => {
  test('that uses them all keeps the high byte', async () => {
    expect(await read(await png16([0, 300, 40_000, 65_535]))).toEqual({
      pixels: [0, 1, 156, 255],
      levels: [0, 65_535],
      channels: 1,
    });
  });

  test.each([
    [8, 255],
    [10, 1023],
    [12, 4095],
    [14, 16_383],
  ])('that uses %i of them is not black', async (bits, top) => {
    const { pixels, levels } = await read(await png16([0, top >> 1, top - 1, top]));
    expect(pixels).toEqual([0, 127, bits === 8 ? 254 : 255, 255]);
    expect(levels).toEqual([0, top]);
  });

  test('in colour: a dark photograph stays dark, and one of 12 bits is not black', async () => {
    expect((await read(await png16([0, 9000, 16_000], 3))).pixels).toEqual([0, 35, 62]);
    expect((await read(await png16([0, 2048, 4000], 3))).pixels).toEqual([0, 128, 250]);
  });

  test('is taken as the levels say, whatever it uses', async () => {
    const { pixels, levels } = await read(await png16([0, 1000, 3000, 5000]), { levels: [1000, 3000] });
    expect(pixels).toEqual([0, 0, 255, 255]);
    expect(levels).toEqual([1000, 3000]);
  });
});

describe('a file of fractions', () => {
  test.each<[string, number[], number[], [number, number]]>([
    ['from 0 to 1', [0, 0.5, 0.8], [0, 128, 204], [0, 1]],
    ['from 0 to 255', [0, 100, 240], [0, 100, 240], [0, 255]],
    ['below zero and far above', [-1000, 0, 3000], [0, 64, 255], [-1000, 3000]],
  ])('%s is not black', async (_, values, pixels, levels) => {
    expect(await read(fractions(values))).toEqual({ pixels, levels, channels: 1 });
  });

  test('with a value that is no number shows the others', async () => {
    expect((await read(fractions([0, Number.NaN, 1]))).pixels).toEqual([0, 0, 255]);
  });
});

test('a file of 8 bits has no levels, and none are applied to it', async () => {
  const file = await sharp(Uint8Array.from([0, 100, 200]), { raw: { width: 3, height: 1, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();
  expect(await read(file, { levels: [0, 100] })).toEqual({ pixels: [0, 100, 200], levels: undefined, channels: 1 });
});

describe('a TIFF of samples that libvips takes for something else', () => {
  const form = { width: 2, height: 1, bands: 3 };

  test.each([
    ['bytes', Uint8Array.of(10, 20, 30, 40, 50, 60), [10, 20, 30, 40, 50, 60]],
    ['fractions', Float32Array.of(0, 0.2, 0.4, 0.6, 0.8, 1), [0, 51, 102, 153, 204, 255]],
    ['numbers with a sign', Int16Array.of(-1000, 0, 1000, 2000, 3000, 4000), [0, 51, 102, 153, 204, 255]],
  ])('in three bands that are not called colours: %s are red, green and blue', async (_, values, pixels) => {
    expect(await read(tiff(values, form))).toMatchObject({ pixels, channels: 3 });
  });

  test('with a sign, in grey: from the lowest to the highest', async () => {
    const { pixels, levels } = await read(tiff(Int16Array.of(-1000, 0, 4000), { width: 3, height: 1, bands: 1 }));
    expect({ pixels, levels }).toEqual({ pixels: [0, 51, 255], levels: [-1000, 4000] });
  });

  test('in more bands is refused', async () => {
    const file = tiff(Uint8Array.of(1, 2, 3, 4), { width: 1, height: 1, bands: 4 });
    await expect(read(file)).rejects.toMatchObject({ code: 'wrong-bands', message: expect.stringMatching(/4 bands/) });
  });
});

test('a file without any number that is finite is refused', async () => {
  await expect(read(fractions([Number.NaN, Number.NaN]))).rejects.toMatchObject({ code: 'corrupt' });
});

test('an array of true and false is black and white', async () => {
  expect(await read(npy([0, 1, 1], [1, 3], '|b1'))).toMatchObject({ pixels: [0, 255, 255], channels: 1 });
});
