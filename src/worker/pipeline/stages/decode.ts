import type { RgbImage } from '../../../shared/picture/raster.ts';
import { type DecodedImage, decodeImage, type ReadingOptions } from '../decode/decode.ts';
import type { Preprocessing } from '../decode/preprocessing.ts';

export interface DecodeSettings {
  preprocessing: Preprocessing;
  /** Of the model's input. */
  channels: number;
  /** Which bands are drawn, from 1, where the model takes bands. */
  overlayBands: readonly number[];
  reading: ReadingOptions;
  /** Keep the file's bytes until the overlay is drawn, which needs the original. */
  keepBytes: boolean;
}

/** What is kept of an image between its decoding and its drawing. Its pixels lie in its slot. */
export interface DecodedPicture extends Omit<DecodedImage, keyof RgbImage | 'bands'> {
  bytes: Buffer | null;
}

/**
 * Decodes an image into its slot's pixels.
 * @param bands where what the model takes goes, for one that takes bands
 * @throws ImageError
 */
export async function decodeInto(
  pixels: Uint8Array,
  bytes: Buffer,
  { preprocessing, channels, overlayBands, reading, keepBytes }: DecodeSettings,
  bands: Float32Array | null = null,
): Promise<DecodedPicture> {
  const decoded = await decodeImage(bytes, preprocessing, { ...reading, channels, overlayBands, target: pixels });
  if (decoded.bands !== undefined) bands?.set(decoded.bands);
  const { original, placement, levels } = decoded;
  return { original, placement, bytes: keepBytes ? bytes : null, ...(levels === undefined ? {} : { levels }) };
}
