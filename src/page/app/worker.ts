/** The page's worker: the model, and the way from a picture's file to what the model says of it. The page itself stays free to draw. */

import { InferenceSession, Tensor, env } from 'onnxruntime-web/wasm';
import { at } from '../../explain/at.ts';
import { toGrey } from '../../shared/picture/grey.ts';
import { provideKernels } from '../../shared/picture/kernels/kernels.ts';
import type { Raster } from '../../shared/picture/raster.ts';
import { shapePicture } from '../../worker/pipeline/decode/shape-picture.ts';
import { type PageExplanation, type PageSettings, settingsFile, type WorkerReply, type WorkerRequest } from '../contract.ts';

const mostThreads = 8;

interface Opened {
  settings: PageSettings;
  session: InferenceSession;
}

let opened: Promise<Opened> | null = null;
let previous: Promise<void> = Promise.resolve();

addEventListener('message', ({ data }: MessageEvent<WorkerRequest>) => {
  previous = previous.then(() => answer(data));
});

async function answer(request: WorkerRequest): Promise<void> {
  try {
    opened ??= open();
    const { session, settings } = await opened;
    if (request.type === 'open') return reply({ type: 'opened', threads: env.wasm.numThreads ?? 1, settings });
    const explanation = await explain(session, settings, request);
    reply({ type: 'explained', id: request.id, explanation });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    reply({ type: 'failed', id: request.type === 'explain' ? request.id : null, message });
  }
}

async function open(): Promise<Opened> {
  const [settings, kernels] = await Promise.all([
    fetched(settingsFile).then((response): Promise<PageSettings> => response.json()),
    fetched('kernels.wasm').then((response) => response.arrayBuffer()),
  ]);
  provideKernels(new Uint8Array(kernels));
  env.wasm.wasmPaths = { wasm: new URL('ort-wasm-simd-threaded.wasm', location.href).href };
  // Threads share memory, which a browser allows only to pages that are isolated from others.
  env.wasm.numThreads = crossOriginIsolated ? Math.min(navigator.hardwareConcurrency || 1, mostThreads) : 1;
  const model = await download(settings.file, settings.bytes);
  const session = await InferenceSession.create(model, { executionProviders: ['wasm'] });
  return { settings, session };
}

async function download(file: string, total: number): Promise<Uint8Array> {
  const { body } = await fetched(file);
  if (body === null) throw new Error(`${file} is empty.`);
  const model = new Uint8Array(total);
  let loaded = 0;
  const reader = body.getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    if (loaded + piece.value.length > total) throw new Error(`${file} is not the model of this page: it is larger.`);
    model.set(piece.value, loaded);
    loaded += piece.value.length;
    reply({ type: 'progress', loaded, total });
  }
  if (loaded < total) throw new Error(`${file} ends after ${loaded} of ${total} bytes. Load the page again.`);
  return model;
}

async function fetched(file: string): Promise<Response> {
  const response = await fetch(new URL(file, location.href)).catch(() => null);
  if (response?.ok) return response;
  throw new Error(`${file} could not be loaded. Is the page's folder complete, and is it served?`);
}

async function explain(
  session: InferenceSession,
  { image, shape, ground, maps: outputs }: PageSettings,
  { picture, target }: Extract<WorkerRequest, { type: 'explain' }>,
): Promise<PageExplanation> {
  const start = performance.now();
  const raster = await decode(picture);
  const { pixels, width, height } = shapePicture(image.channels === 1 ? toGrey(raster) : raster, shape, ground);
  const prepared = performance.now();
  const results = await session.run({
    pixels: new Tensor('uint8', pixels, [1, height, width, 3]),
    target: new Tensor('int64', BigInt64Array.of(BigInt(target)), [1]),
  });
  const scores = floats(results.scores);
  const maps = outputs.map(({ output, ...map }) => ({ ...map, values: floats(results[output]) }));
  const predicted = scores.reduce((best, score, index) => (score > at(scores, best) ? index : best), 0);
  return { pixels, scores, predicted, maps, prepared: prepared - start, explained: performance.now() - prepared };
}

/** As the pipeline does: turned as the file says, without its colour profile. What lies below transparency is lost in a browser. */
async function decode(picture: Blob): Promise<Raster> {
  const image = await createImageBitmap(picture, {
    imageOrientation: 'from-image',
    colorSpaceConversion: 'none',
    premultiplyAlpha: 'none',
  }).catch(() => {
    throw new Error('The file is not a picture that this browser can read. Try a JPEG or PNG.');
  });
  const { width, height } = image;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('The browser gives no canvas to read the picture from.');
  context.drawImage(image, 0, 0);
  image.close();
  const { data } = context.getImageData(0, 0, width, height);
  const pixels = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    pixels[to] = data[from] ?? 0;
    pixels[to + 1] = data[from + 1] ?? 0;
    pixels[to + 2] = data[from + 2] ?? 0;
  }
  return { pixels, width, height, channels: 3 };
}

function floats(tensor: Tensor | undefined): Float32Array {
  const data = tensor?.data;
  if (data instanceof Float32Array) return data;
  throw new Error('The model gives something else than this page expects. Make the page anew.');
}

function reply(message: WorkerReply): void {
  postMessage(message);
}
