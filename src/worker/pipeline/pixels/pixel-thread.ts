/** The entry point of a pixel thread. Several images are under way at once: files, buckets and native code wait elsewhere. */

import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { carry } from '../../../shared/threads/carried-error.ts';
import { configureImageLibrary } from '../decode/image-library.ts';
import { StageCollector } from '../stage-watch.ts';
import { measuring, type PixelCalls, type PixelReply, type PixelRequest } from './pixel-messages.ts';
import { RunImages } from './run-images.ts';
import { Turnstile } from './turnstile.ts';

if (parentPort === null) throw new Error('pixel-thread is started by pixel-threads.ts, not run by itself.');
const port: MessagePort = parentPort;
configureImageLibrary();

const runs = new Map<number, RunImages>();
/** A decoded photo takes ten times the memory of its file. */
const decoding = new Turnstile(1);
const collector = workerData === measuring ? new StageCollector() : null;

port.on('message', (request: PixelRequest) => {
  if (request.type === 'open') runs.set(request.run, new RunImages(request.order, request.slots, decoding, collector));
  else if (request.type === 'end') port.close();
  else void answer(request);
});

async function answer(request: Exclude<PixelRequest, { type: 'open' | 'end' }>): Promise<void> {
  const { id } = request;
  try {
    const found = await work(request);
    const evidence = found !== null && found !== undefined && 'evidence' in found ? found.evidence : null;
    const reply: PixelReply = { id, answer: found, ...measured() };
    port.postMessage(reply, evidence === null || !(evidence.buffer instanceof ArrayBuffer) ? [] : [evidence.buffer]);
  } catch (error) {
    const reply: PixelReply = { id, error: carry(error), ...measured() };
    port.postMessage(reply);
  }
}

function measured(): Pick<PixelReply, 'report'> {
  return collector === null ? {} : { report: collector.take() };
}

async function work(
  request: Exclude<PixelRequest, { type: 'open' | 'end' }>,
): Promise<PixelCalls[keyof PixelCalls]['answer']> {
  const run = runs.get(request.run);
  if (run === undefined) throw new Error('A pixel thread was asked about a run that it does not know.');
  switch (request.type) {
    case 'prepare':
      return run.prepare(request.order);
    case 'finish':
      return run.finish(request.order);
    case 'commit':
      await run.commit(request.order);
      return undefined;
    case 'close':
      runs.delete(request.run);
      await run.close();
      return undefined;
  }
}
