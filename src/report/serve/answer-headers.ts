/** Headers of what `gradline serve` answers. */

import { lookup } from 'mrmime';

/**
 * The page needs scripts and pictures of its own origin and nothing else. Charts bring style elements with them. Class names and keys are text
 * of strangers: should one of them ever reach the page as markup, no script of it runs and nothing leaves the machine.
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const safetyHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy': contentSecurityPolicy,
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/** For a page that runs a model: WebAssembly may be compiled, and the page is isolated from others, which is what lets it use threads. */
export const pageHeaders: Readonly<Record<string, string>> = {
  ...safetyHeaders,
  'Content-Security-Policy': contentSecurityPolicy.replace(
    "script-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'",
  ),
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

const text = 'text/plain; charset=utf-8';
/** What browsers should show rather than save, and types of ours. */
const ownTypes: Readonly<Record<string, string>> = { jsonl: text, md: text, py: text, npy: 'application/octet-stream' };

export function contentTypeOf(key: string): string {
  const suffix = /\.([^./]+)$/.exec(key)?.[1]?.toLowerCase() ?? '';
  const type = ownTypes[suffix] ?? lookup(suffix) ?? 'application/octet-stream';
  const isText = type.startsWith('text/') || type === 'application/json';
  return isText && !type.includes('charset') ? `${type}; charset=utf-8` : type;
}
