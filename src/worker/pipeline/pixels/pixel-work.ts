/** The stages' work on pixels: decoding, resampling and normalising before the model, blending and encoding after it. */

import type { Rectangle, RgbImage } from '../../../shared/picture/raster.ts';
import type { Grid } from '../../../shared/picture/upsample.ts';
import type { DecodedImage } from '../decode/decode.ts';
import type { Preprocessing } from '../decode/preprocessing.ts';
import type { OverlayLook } from '../render/overlay.ts';

export interface PrepareOrder {
  bytes: Uint8Array;
  preprocessing: Preprocessing;
  layout: 'NCHW' | 'NHWC';
  channels: 1 | 3;
}

export type SeenImage = Omit<DecodedImage, 'tensor'>;

/** `tensor` is the buffer that was lent, filled when there is an image. */
export type Preparation = { tensor: Float32Array; image: SeenImage } | { tensor: Float32Array; error: Error };

export interface DrawOrder {
  /** What the maps are drawn on: the image as the model saw it, or the file of the original and where the maps lie on it. */
  canvas: 'seen' | { bytes: Uint8Array; placement: Rectangle };
  maps: Grid[];
  /** Drawn as it is: the image as the model saw it. */
  seen: RgbImage;
  look: OverlayLook;
}

/** Encoded pictures. */
export interface Drawing {
  seen: Buffer;
  /** One for each map. */
  overlays: Buffer[];
}

/** Rejections are about more than one image, such as a thread that died; then what was lent is lost. */
export interface PixelWork extends AsyncDisposable {
  /**
   * Takes `bytes` and `tensor` away and gives the tensor back.
   * @param keepBytes leave the bytes to the caller
   */
  prepare(order: PrepareOrder, tensor: Float32Array, keepBytes: boolean): Promise<Preparation>;
  /**
   * Takes the pixels away.
   * @throws ImageError for an original that cannot be decoded
   */
  draw(order: DrawOrder): Promise<Drawing>;
  close(): Promise<void>;
}
