/** One request to `gradline serve`. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fresh from 'fresh';
import parseRange from 'range-parser';
import { retryTransient } from '../../shared/store/retry.ts';
import { type Store, StoreError } from '../../shared/store/store.ts';
import { contentTypeOf, pageHeaders, safetyHeaders } from './answer-headers.ts';
import { requestedKey } from './requested-key.ts';

/** What kind of folder is served. */
export interface ServedFolder {
  /** Where the root leads to. */
  home: string;
  /** With every answer. */
  headers: Readonly<Record<string, string>>;
}

export const pagePath = '/report/index.html';

/** A run's output. */
export const report: ServedFolder = { home: pagePath, headers: safetyHeaders };

/** What `gradline page` wrote. */
export const explainingPage: ServedFolder = { home: '/index.html', headers: pageHeaders };

/**
 * Answers with an object of the output. Sends only to whoever calls this server by a loopback name: a page of another site, whose name
 * has been made to lead here, is refused (DNS rebinding).
 */
export async function answerRequest(
  output: Store,
  request: IncomingMessage,
  response: ServerResponse,
  { home, headers }: ServedFolder = report,
): Promise<void> {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  const { method, url = '' } = request;
  if (!isLoopback(request.headers.host))
    return refuse(response, 403, 'This server answers only as 127.0.0.1 or localhost.');
  if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return refuse(response, 405, 'This server only reads.');
  }
  if (url === '/' || url.startsWith('/?')) {
    response.writeHead(302, { Location: home }).end();
    return;
  }
  const key = requestedKey(url);
  if (key === null) return refuse(response, 404, 'There is no such file.');
  await answerWithObject(output, key, request, response);
}

/** Answers a GET or HEAD with the bytes of an object, or with why it cannot be sent. */
export async function answerWithObject(
  output: Store,
  key: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    await sendObject(output, key, request, response);
  } catch (error) {
    if (response.headersSent) response.destroy();
    else if (isMissing(error)) refuse(response, 404, 'There is no such file.');
    else refuse(response, 502, error instanceof Error ? error.message : String(error));
  }
}

async function sendObject(
  output: Store,
  key: string,
  { method, headers }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { size, version } = await retryTransient(() => output.facts(key));
  const etag = `"${version}"`;
  response.setHeader('ETag', etag);
  // A later report has the same names: the browser asks each time and is told when nothing has changed.
  response.setHeader('Cache-Control', 'no-cache');
  response.setHeader('Accept-Ranges', 'bytes');
  if (fresh(headers, { etag })) {
    response.writeHead(304).end();
    return;
  }
  const part = requestedPart(size, headers.range, headers['if-range'], etag);
  if (part === 'outside') {
    response.setHeader('Content-Range', `bytes */${size}`);
    return refuse(response, 416, 'The file has no such part.');
  }
  const { start, end } = part ?? { start: 0, end: size };
  response.writeHead(part === null ? 200 : 206, {
    'Content-Type': contentTypeOf(key),
    'Content-Length': end - start,
    ...(part === null ? {} : { 'Content-Range': `bytes ${start}-${end - 1}/${size}` }),
  });
  if (method === 'HEAD' || end === start) {
    response.end();
    return;
  }
  await pipeline(Readable.from(output.pieces(key, start, end), { objectMode: false }), response);
}

/** What of the object is asked for, `end` not included; null for all of it, which is also the answer to several ranges. */
function requestedPart(
  size: number,
  range: string | undefined,
  ifRange: string | string[] | undefined,
  etag: string,
): { start: number; end: number } | 'outside' | null {
  if (range === undefined || (ifRange !== undefined && ifRange !== etag)) return null;
  const ranges = parseRange(size, range, { combine: true });
  if (ranges === -1) return 'outside';
  const [only, ...more] = ranges === -2 || ranges.type !== 'bytes' ? [] : ranges;
  return only === undefined || more.length > 0 ? null : { start: only.start, end: only.end + 1 };
}

function isLoopback(host: string | undefined): boolean {
  return host !== undefined && /^(127\.0\.0\.1|localhost)(:\d+)?$/i.test(host);
}

/** Also what no file can be called: a name that is too long, or a file as a folder. */
function isMissing(error: unknown): boolean {
  return (
    error instanceof StoreError && (error.code === 'not-found' || (error.code === 'unavailable' && !error.transient))
  );
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(`${message}\n`);
}
