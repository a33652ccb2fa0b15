/** Work on pixels in the thread that asks for it. */

import { decodeImage, decodeOriginal } from '../decode/decode.ts';
import { encodePicture } from '../render/encode.ts';
import { type Canvas, renderOverlay } from '../render/overlay.ts';
import type { Drawing, DrawOrder, PixelWork, PrepareOrder, SeenImage } from './pixel-work.ts';

/** @throws ImageError */
export async function prepare(order: PrepareOrder, target: Float32Array): Promise<SeenImage> {
  const { preprocessing, layout, channels } = order;
  const { tensor: _, ...image } = await decodeImage(bufferOf(order.bytes), preprocessing, layout, { channels, target });
  return image;
}

/** @throws ImageError */
export async function draw({ canvas, maps, seen, look }: DrawOrder): Promise<Drawing> {
  const drawnOn: Canvas =
    canvas === 'seen' ? seen : { ...(await decodeOriginal(bufferOf(canvas.bytes))), area: canvas.placement };
  const [picture, ...overlays] = await Promise.all([
    encodePicture(seen, look.format),
    ...maps.map((map) => renderOverlay(drawnOn, map, look)),
  ]);
  return { seen: picture, overlays };
}

export const inlinePixels: PixelWork = {
  prepare: async (order, tensor) => {
    try {
      return { tensor, image: await prepare(order, tensor) };
    } catch (error) {
      return { tensor, error: error instanceof Error ? error : new Error(String(error)) };
    }
  },
  draw,
  close: async () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
};

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
