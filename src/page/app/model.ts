/** The worker, as the page asks it. */

import { signal } from '@preact/signals';
import type { PageExplanation, PageSettings, Running, WorkerReply, WorkerRequest } from '../contract.ts';

type Loading =
  | { state: 'loading'; loaded: number; total: number }
  | { state: 'ready'; running: Running; settings: PageSettings }
  | { state: 'failed'; message: string };

export const loading = signal<Loading>({ state: 'loading', loaded: 0, total: 0 });

interface Pending {
  request: WorkerRequest;
  resolve(explanation: PageExplanation): void;
  reject(error: Error): void;
}

const pending = new Map<number, Pending>();
let worker: Worker | null = null;
let next = 0;
/** Why WebGPU was given up. */
let unfit: string | null = null;

/** `?provider=wasm` and `?provider=webgpu` choose; otherwise it is WebGPU where the browser has it and it computes rightly. */
export function openModel(): void {
  const asked = new URLSearchParams(location.search).get('provider');
  start({ type: 'open', wanted: asked === 'wasm' || asked === 'webgpu' ? asked : null, model: null });
}

function start(request: Extract<WorkerRequest, { type: 'open' }>): void {
  try {
    worker = new Worker('worker.js', { type: 'module' });
  } catch {
    failToStart();
    return;
  }
  worker.addEventListener('message', ({ data }: MessageEvent<WorkerReply>) => receive(data));
  worker.addEventListener('error', failToStart);
  worker.postMessage(request, { transfer: request.model ? [request.model.buffer] : [] });
}

/** Browsers refuse workers to pages from disk, some when they are made, some when they would start. */
function failToStart(): void {
  const message =
    location.protocol === 'file:'
      ? 'This page was opened from disk, where browsers let it load no model. Serve its folder, with gradline serve or any other web server, and open the address that it says.'
      : 'The page cannot start its worker, worker.js. Is the folder of the page complete on this host?';
  loading.value = { state: 'failed', message };
}

/** @param target class of the target `any`; -1: none. @throws Error in words */
export function explain(picture: Blob, target: number): Promise<PageExplanation> {
  const id = next;
  next += 1;
  return new Promise((resolve, reject) => {
    const request: WorkerRequest = { type: 'explain', id, picture, target };
    pending.set(id, { request, resolve, reject });
    worker?.postMessage(request);
  });
}

/** WebAssembly in a new worker: the memory of a runtime that failed ends with its own. What was asked is asked again. */
function startWithoutGpu(reason: string, model: Uint8Array<ArrayBuffer> | null): void {
  unfit = reason;
  worker?.terminate();
  start({ type: 'open', wanted: 'wasm', model });
  for (const { request } of pending.values()) worker?.postMessage(request);
}

function receive(reply: WorkerReply): void {
  switch (reply.type) {
    case 'progress':
      loading.value = { state: 'loading', loaded: reply.loaded, total: reply.total };
      return;
    case 'opened':
      loading.value = {
        state: 'ready',
        running: { ...reply.running, instead: reply.running.instead ?? unfit },
        settings: reply.settings,
      };
      return;
    case 'unfit':
      startWithoutGpu(reply.reason, reply.model);
      return;
    case 'explained':
      pending.get(reply.id)?.resolve(reply.explanation);
      pending.delete(reply.id);
      return;
    case 'failed':
      if (reply.id === null) loading.value = { state: 'failed', message: reply.message };
      else pending.get(reply.id)?.reject(new Error(reply.message));
      if (reply.id !== null) pending.delete(reply.id);
  }
}
