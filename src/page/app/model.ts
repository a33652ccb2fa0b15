/** The worker, as the page asks it. */

import { signal } from '@preact/signals';
import type { PageExplanation, PageSettings, WorkerReply, WorkerRequest } from '../contract.ts';

type Loading =
  | { state: 'loading'; loaded: number; total: number }
  | { state: 'ready'; threads: number; settings: PageSettings }
  | { state: 'failed'; message: string };

export const loading = signal<Loading>({ state: 'loading', loaded: 0, total: 0 });

interface Pending {
  resolve(explanation: PageExplanation): void;
  reject(error: Error): void;
}

const pending = new Map<number, Pending>();
let worker: Worker | null = null;
let next = 0;

export function openModel(): void {
  try {
    worker = new Worker('worker.js', { type: 'module' });
  } catch {
    failToStart();
    return;
  }
  worker.addEventListener('message', ({ data }: MessageEvent<WorkerReply>) => receive(data));
  worker.addEventListener('error', failToStart);
  send({ type: 'open' });
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
    pending.set(id, { resolve, reject });
    send({ type: 'explain', id, picture, target });
  });
}

function send(request: WorkerRequest): void {
  worker?.postMessage(request);
}

function receive(reply: WorkerReply): void {
  switch (reply.type) {
    case 'progress':
      loading.value = { state: 'loading', loaded: reply.loaded, total: reply.total };
      return;
    case 'opened':
      loading.value = { state: 'ready', threads: reply.threads, settings: reply.settings };
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
