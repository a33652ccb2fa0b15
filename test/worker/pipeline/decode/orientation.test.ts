import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodeImage, decodeOriginal } from '../../../../src/worker/pipeline/decode/decode.ts';
import { resolvePreprocessing } from '../../../../src/worker/pipeline/decode/preprocessing.ts';

/** Six grey levels in two rows of three, as stored; and as a viewer shows them for each value of the EXIF tag 0x0112. */
const stored = [
  [10, 20, 30],
  [40, 50, 60],
];
const shown: [number, string, number[][]][] = [
  [1, 'as stored', stored],
  [
    2,
    'mirrored',
    [
      [30, 20, 10],
      [60, 50, 40],
    ],
  ],
  [
    3,
    'upside down',
    [
      [60, 50, 40],
      [30, 20, 10],
    ],
  ],
  [
    4,
    'flipped',
    [
      [40, 50, 60],
      [10, 20, 30],
    ],
  ],
  [
    5,
    'transposed',
    [
      [10, 40],
      [20, 50],
      [30, 60],
    ],
  ],
  [
    6,
    'turned right',
    [
      [40, 10],
      [50, 20],
      [60, 30],
    ],
  ],
  [
    7,
    'transposed over the other diagonal',
    [
      [60, 30],
      [50, 20],
      [40, 10],
    ],
  ],
  [
    8,
    'turned left',
    [
      [30, 60],
      [20, 50],
      [10, 40],
    ],
  ],
];

function picture(orientation: number, format: 'tiff' | 'png' | 'webp'): Promise<Buffer> {
  const pixels = Buffer.from(stored.flat().flatMap((value) => [value, value, value]));
  const image = sharp(pixels, { raw: { width: 3, height: 2, channels: 3 } }).withMetadata({ orientation });
  if (format === 'webp') return image.webp({ lossless: true }).toBuffer();
  return format === 'png' ? image.png().toBuffer() : image.tiff({ compression: 'lzw' }).toBuffer();
}

describe.each(shown)('orientation %i', (orientation, name, expected) => {
  test.each(['tiff', 'png', 'webp'] as const)(`is ${name} (%s)`, async (format) => {
    const { pixels, width, height } = await decodeOriginal(await picture(orientation, format));
    expect([height, width]).toEqual([expected.length, expected[0]?.length]);
    expect([...pixels]).toEqual(expected.flat().flatMap((value) => [value, value, value]));
  });

  test('of a photo turns its corners and its size', async () => {
    // Red, green, blue and white quarters of a 32 x 16 JPEG, in reading order.
    const quarters = [
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
      [255, 255, 255],
    ];
    const pixels = Buffer.alloc(32 * 16 * 3);
    for (let i = 0; i < 32 * 16; i++) {
      const quarter = (i >= 32 * 8 ? 2 : 0) + (i % 32 >= 16 ? 1 : 0);
      pixels.set(quarters[quarter] ?? [], i * 3);
    }
    const jpeg = await sharp(pixels, { raw: { width: 32, height: 16, channels: 3 } })
      .withMetadata({ orientation })
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer();
    const size = orientation >= 5 ? { width: 16, height: 32 } : { width: 32, height: 16 };
    const decoded = await decodeImage(jpeg, resolvePreprocessing({ preset: 'none', size }));
    expect(decoded.original).toEqual(size);
    // Which stored quarter each shown corner comes from, taken from the six-level picture: 10, 30, 40, 60 are its corners.
    const levels = [10, 30, 40, 60];
    const last = expected.length - 1;
    const corners = [expected[0]?.[0], expected[0]?.at(-1), expected[last]?.[0], expected[last]?.at(-1)];
    corners.forEach((level, corner) => {
      const x = corner % 2 === 0 ? 0 : size.width - 1;
      const y = corner < 2 ? 0 : size.height - 1;
      const at = (y * size.width + x) * 3;
      const colour = [...decoded.pixels.subarray(at, at + 3)].map((value) => (value > 127 ? 255 : 0));
      expect(colour).toEqual(quarters[levels.indexOf(level ?? 0)]);
    });
  });
});
