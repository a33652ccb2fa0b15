/** The page's worker: the model, and the way from a picture's file to what the model says of it. The page itself stays free to draw. */

import { testPicture } from '../../explain/probe/test-picture.ts';
import { provideKernels } from '../../shared/picture/kernels/kernels.ts';
import {
  keptFiles,
  type PageSettings,
  type Provider,
  type Running,
  settingsFile,
  type WorkerReply,
  type WorkerRequest,
  webgpuFiles,
} from '../contract.ts';
import { disagreement } from '../disagreement.ts';
import { ExplainedModel } from './explained-model.ts';
import { findGpu } from './gpu.ts';
import { preparePicture } from './prepare-picture.ts';

interface Opened {
  settings: PageSettings;
  model: ExplainedModel;
  running: Running;
}

let opened: Opened | null = null;
let previous: Promise<void> = Promise.resolve();

addEventListener('message', ({ data }: MessageEvent<WorkerRequest>) => {
  previous = previous.then(() => answer(data));
});

async function answer(request: WorkerRequest): Promise<void> {
  try {
    if (request.type === 'explain') return await explain(request);
    opened = await open(request);
    reply({ type: 'opened', running: opened.running, settings: opened.settings });
  } catch (error) {
    if (error instanceof Unfit) return reply({ type: 'unfit', reason: error.message, model: error.model });
    reply({ type: 'failed', id: request.type === 'explain' ? request.id : null, message: messageOf(error) });
  }
}

/** WebGPU does not do for this model. */
class Unfit extends Error {
  readonly model: Uint8Array<ArrayBuffer> | null;

  constructor(cause: unknown, model: Uint8Array<ArrayBuffer> | null) {
    // The runtime's own messages go on for a page.
    super(messageOf(cause).split('\n')[0]?.slice(0, 200).replace(/\.$/, ''), { cause });
    this.model = model;
  }
}

async function open({ wanted, model }: Extract<WorkerRequest, { type: 'open' }>): Promise<Opened> {
  const [settings, kernels, gpu] = await Promise.all([
    fetched(settingsFile).then((response): Promise<PageSettings> => response.json()),
    fetched('kernels.wasm').then((response) => response.arrayBuffer()),
    wanted === 'wasm' ? null : findGpu(wanted === 'webgpu'),
  ]);
  provideKernels(new Uint8Array(kernels));
  const bytes = model ?? (await download(settings.file, settings.bytes));
  if (gpu !== null && 'device' in gpu) {
    const tried = await openOnGpu(bytes, settings);
    keepForOffline().catch(() => undefined);
    return { settings, model: tried, running: running('webgpu', tried, gpu.device, null) };
  }
  const instead = wanted === 'webgpu' && gpu !== null ? gpu.missing : null;
  const opened = await ExplainedModel.open('wasm', bytes, settings);
  return { settings, model: opened, running: running('wasm', opened, null, instead) };
}

function running(provider: Provider, { threads }: ExplainedModel, device: string | null, instead: string | null) {
  return { provider, device, threads, instead };
}

/** Drivers differ, and some compute wrongly. @throws Unfit where the trial picture does not give what the page's maker was given */
async function openOnGpu(bytes: Uint8Array<ArrayBuffer>, settings: PageSettings): Promise<ExplainedModel> {
  const { image, trial } = settings;
  try {
    const model = await ExplainedModel.open('webgpu', bytes, settings);
    const share = disagreement(trial, await model.explain(testPicture(0, image), trial.target));
    if (share === null) return model;
    throw new Error(`on a trial picture it is off by ${(share * 100).toPrecision(2)}% of the largest value`);
  } catch (error) {
    throw new Unfit(error, bytes);
  }
}

/** The service worker keeps what every visitor needs; this is what only some do. */
async function keepForOffline(): Promise<void> {
  if (!('caches' in self)) return;
  const cache = await caches.open(keptFiles);
  for (const file of webgpuFiles) if ((await cache.match(file)) === undefined) await cache.add(file);
}

async function download(file: string, total: number): Promise<Uint8Array<ArrayBuffer>> {
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

async function explain({ id, picture, target }: Extract<WorkerRequest, { type: 'explain' }>): Promise<void> {
  if (opened === null) throw new Error('The model is not loaded.');
  const { settings, model, running } = opened;
  const start = performance.now();
  const pixels = await preparePicture(picture, settings);
  const prepared = performance.now();
  const explained = await model.explain(pixels, target).catch((error: unknown) => {
    // A GPU that is taken away, or short of memory.
    throw running.provider === 'webgpu' ? new Unfit(error, null) : error;
  });
  const times = { prepared: prepared - start, explained: performance.now() - prepared };
  reply({ type: 'explained', id, explanation: { pixels, ...explained, ...times } });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function reply(message: WorkerReply): void {
  postMessage(message, { transfer: message.type === 'unfit' && message.model ? [message.model.buffer] : [] });
}
