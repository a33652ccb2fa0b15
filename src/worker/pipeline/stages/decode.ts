import type { RgbImage } from '../../../shared/picture/raster.ts';
import { type DecodedImage, decodeImage } from '../decode/decode.ts';
import type { Preprocessing } from '../decode/preprocessing.ts';
import type { ReadOptions } from '../decode/read-raster.ts';

export interface DecodeSettings {
  preprocessing: Preprocessing;
  channels: 1 | 3;
  reading: ReadOptions;
  /** Keep the file's bytes until the overlay is drawn, which needs the original. */
  keepBytes: boolean;
}

/** What is kept of an image between its decoding and its drawing. Its pixels lie in its slot. */
export interface DecodedPicture extends Omit<DecodedImage, keyof RgbImage> {
  bytes: Buffer | null;
}

/** Decodes an image into its slot's pixels. @throws ImageError */
export async function decodeInto(
  pixels: Uint8Array,
  bytes: Buffer,
  { preprocessing, channels, reading, keepBytes }: DecodeSettings,
): Promise<DecodedPicture> {
  const decoded = await decodeImage(bytes, preprocessing, { ...reading, channels, target: pixels });
  const { original, placement, levels } = decoded;
  return { original, placement, bytes: keepBytes ? bytes : null, ...(levels === undefined ? {} : { levels }) };
}
