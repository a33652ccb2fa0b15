/** The entry point of a pixel thread. Several orders are under way at once: native decoding and encoding wait elsewhere. */

import { type MessagePort, parentPort } from 'node:worker_threads';
import { carry } from '../../../shared/threads/carried-error.ts';
import { configureImageLibrary } from '../decode/image-library.ts';
import { draw, prepare } from './inline-pixels.ts';
import { ownBuffers, ownCopy, type PixelReply, type PixelRequest } from './pixel-messages.ts';

if (parentPort === null) throw new Error('pixel-thread is started by pixel-threads.ts, not run by itself.');
const port: MessagePort = parentPort;
configureImageLibrary();

port.on('message', (request: PixelRequest) => {
  switch (request.type) {
    case 'prepare':
      void answerPrepare(request.id, request);
      return;
    case 'draw':
      void answerDraw(request.id, request);
      return;
    case 'close':
      port.close();
  }
});

async function answerPrepare(id: number, { order, tensor }: Extract<PixelRequest, { type: 'prepare' }>): Promise<void> {
  try {
    const image = await prepare(order, tensor);
    const pixels = ownCopy(image.pixels);
    reply({ type: 'prepared', id, image: { ...image, pixels }, tensor }, ownBuffers(pixels, tensor));
  } catch (error) {
    reply({ type: 'prepare-failed', id, error: carry(error), tensor }, ownBuffers(tensor));
  }
}

async function answerDraw(id: number, { order }: Extract<PixelRequest, { type: 'draw' }>): Promise<void> {
  try {
    const drawing = await draw(order);
    const seen = ownCopy(drawing.seen);
    const overlays = drawing.overlays.map(ownCopy);
    reply({ type: 'drawn', id, seen, overlays }, ownBuffers(seen, ...overlays));
  } catch (error) {
    reply({ type: 'draw-failed', id, error: carry(error) }, []);
  }
}

function reply(message: PixelReply, transfer: ArrayBuffer[]): void {
  port.postMessage(message, transfer);
}
