import type { RgbImage } from '../../../shared/picture/raster.ts';
import { type DecodedImage, decodeImage } from '../decode/decode.ts';
import type { Preprocessing } from '../decode/preprocessing.ts';

export interface DecodeSettings {
  preprocessing: Preprocessing;
  channels: 1 | 3;
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
  { preprocessing, channels, keepBytes }: DecodeSettings,
): Promise<DecodedPicture> {
  const { original, placement } = await decodeImage(bytes, preprocessing, { channels, target: pixels });
  return { original, placement, bytes: keepBytes ? bytes : null };
}
