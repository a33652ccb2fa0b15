/** Work on pixels in the thread that asks for it. */

import { decodeImage, decodeOriginal } from '../decode/decode.ts';
import { type Canvas, renderOverlay } from '../render/overlay.ts';
import type { DrawOrder, PixelWork, PrepareOrder, SeenImage } from './pixel-work.ts';

/** @throws ImageError */
export async function prepare(order: PrepareOrder, target: Float32Array): Promise<SeenImage> {
  const { preprocessing, layout, channels } = order;
  const { tensor: _, ...image } = await decodeImage(bufferOf(order.bytes), preprocessing, layout, { channels, target });
  return image;
}

/** @throws ImageError */
export async function draw({ canvas, maps, look }: DrawOrder): Promise<Buffer[]> {
  const drawnOn: Canvas =
    'bytes' in canvas ? { ...(await decodeOriginal(bufferOf(canvas.bytes))), area: canvas.placement } : canvas;
  return Promise.all(maps.map((map) => renderOverlay(drawnOn, map, look)));
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
};

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
