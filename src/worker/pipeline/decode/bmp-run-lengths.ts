import type { Size } from '../../../shared/picture/raster.ts';

/**
 * Palette indices of a bitmap that is packed in run lengths (BI_RLE8, BI_RLE4): pairs of a count and a value, and behind a count of 0 the
 * end of a row (0), the end of the picture (1), a jump (2) or as many values one by one.
 * @param inHalves two values a byte (BI_RLE4)
 * @returns `[height, width]`, first the row that comes first in the file; 0 where nothing is said
 */
export function readRunLengths(packed: Buffer, { width, height }: Size, inHalves: boolean): Uint8Array {
  const indices = new Uint8Array(width * height);
  let x = 0;
  let y = 0;
  const put = (value: number) => {
    if (x < width && y < height) indices[y * width + x] = value;
    x += 1;
  };
  const indexOf = (byte: number, i: number) => (inHalves ? (i % 2 === 0 ? byte >> 4 : byte & 15) : byte);
  let from = 0;
  const next = () => {
    const byte = packed[from];
    if (byte === undefined) throw new RangeError('it ends before its picture does');
    from += 1;
    return byte;
  };
  while (y < height) {
    const count = next();
    const value = next();
    if (count > 0) {
      for (let i = 0; i < count; i++) put(indexOf(value, i));
    } else if (value === 0) {
      x = 0;
      y += 1;
    } else if (value === 1) {
      break;
    } else if (value === 2) {
      x += next();
      y += next();
    } else {
      const begin = from;
      let byte = 0;
      for (let i = 0; i < value; i++) {
        if (!inHalves || i % 2 === 0) byte = next();
        put(indexOf(byte, i));
      }
      // Such values fill whole pairs of bytes.
      if ((from - begin) % 2 === 1) from += 1;
    }
  }
  return indices;
}
