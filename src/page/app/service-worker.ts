/**
 * Keeps the page for when there is no network, and adds the headers that let a page use threads, for hosts that do not send them. The page
 * is asked for anew each time that there is a network.
 */

import { keptFiles } from '../contract.ts';

/** What of the service worker's scope is used; the types of pages do not have it. */
interface Fetching extends Event {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Installing extends Event {
  waitUntil(work: Promise<unknown>): void;
}

addEventListener('install', (event) => {
  if (isInstalling(event)) event.waitUntil(keepAll());
});
addEventListener('fetch', (event) => {
  if (!isFetching(event) || event.request.method !== 'GET') return;
  if (new URL(event.request.url).origin !== location.origin) return;
  event.respondWith(answer(event.request));
});

/** `files.json` lists what the page is made of. */
async function keepAll(): Promise<void> {
  const files: string[] = await (await fetch('files.json')).json();
  const cache = await caches.open(keptFiles);
  // A page that is offline is more than a part of one: nothing is kept where a file is missing.
  await cache.addAll(['./', ...files]);
}

async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(keptFiles);
  try {
    const fresh = await fetch(request);
    if (fresh.ok && fresh.status === 200) await cache.put(request, fresh.clone()).catch(() => undefined);
    return isolated(fresh);
  } catch (error) {
    const stored = await cache.match(request, { ignoreSearch: true });
    if (stored) return isolated(stored);
    throw error;
  }
}

function isolated(response: Response): Response {
  if (response.status === 0 || response.status === 304 || response.body === null) return response;
  const headers = new Headers(response.headers);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  headers.set('Cross-Origin-Resource-Policy', 'same-origin');
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

function isInstalling(event: Event): event is Installing {
  return 'waitUntil' in event;
}

function isFetching(event: Event): event is Fetching {
  return 'respondWith' in event && 'request' in event;
}
