/** Finds a wheel in a Python package index: the simple API (https://packaging.python.org/en/latest/specifications/simple-repository-api/). */

import { z } from 'zod';
import { UserError } from '../../explain/user-error.ts';
import { StoreError } from '../store/store.ts';

export interface Wheel {
  name: string;
  url: URL;
  /** In hexadecimal. */
  sha256: string;
  /** Bytes; null where the index does not say. */
  size: number | null;
}

export const defaultIndex = 'https://pypi.org/simple';

const project = 'onnxruntime-gpu';
const json = 'application/vnd.pypi.simple.v1+json';

const jsonIndex = z.object({
  files: z.array(
    z.object({
      filename: z.string(),
      url: z.string(),
      hashes: z.object({ sha256: z.string() }).partial(),
      size: z.number().nullish(),
    }),
  ),
});

/**
 * The wheel of `onnxruntime-gpu` for Linux on x86-64, for whichever Python: the libraries in it are the same.
 * @param index address of the simple API
 * @throws UserError `bad-index`, `no-wheel`; StoreError `unavailable`
 */
export async function findWheel(index: string, version: string): Promise<Wheel> {
  const files = await readIndex(index);
  const wanted = new RegExp(`^onnxruntime_gpu-${version.replaceAll('.', '\\.')}-.*manylinux.*_x86_64\\.whl$`);
  const wheel = files.filter(({ name }) => wanted.test(name)).sort((a, b) => (a.name < b.name ? -1 : 1))[0];
  if (wheel === undefined) {
    const others = files.filter(({ name }) => name.startsWith(`onnxruntime_gpu-${version}-`)).map(({ name }) => name);
    throw new UserError(
      'no-wheel',
      `${withoutLogin(index)} has no wheel of ${project} ${version} for Linux on x86-64${others.length === 0 ? '' : `, only ${others.join(', ')}`}. ` +
        'The libraries must be of exactly that version: give another --index-url.',
    );
  }
  if (wheel.sha256 === null) {
    throw new UserError(
      'bad-index',
      `${withoutLogin(index)} gives no SHA-256 of ${wheel.name}, so that what comes could not be checked. Give another --index-url.`,
    );
  }
  return { ...wheel, sha256: wheel.sha256 };
}

type ListedFile = Omit<Wheel, 'sha256'> & { sha256: string | null };

async function readIndex(index: string): Promise<ListedFile[]> {
  const url = indexUrl(index);
  const response = await fetchFrom(url, { accept: `${json}, text/html;q=0.5` });
  const text = await response.text();
  // As pip does: whoever has to log in for the index has to for files of the same host.
  const base = new URL(response.url);
  const place = (address: string) => {
    const file = new URL(address, base);
    if (file.origin !== url.origin) return file;
    return Object.assign(file, { username: url.username, password: url.password });
  };
  if (!(response.headers.get('content-type') ?? '').includes('json')) return htmlFiles(text, place);
  try {
    return jsonIndex.parse(JSON.parse(text)).files.map(({ filename, url: address, hashes, size }) => ({
      name: filename,
      url: place(address),
      sha256: hashes.sha256 ?? null,
      size: size ?? null,
    }));
  } catch (cause) {
    throw new UserError('bad-index', `${withoutLogin(url)} is no Python package index. Check --index-url.`, { cause });
  }
}

function indexUrl(index: string): URL {
  try {
    return new URL(`${project}/`, index.endsWith('/') ? index : `${index}/`);
  } catch (cause) {
    throw new UserError('bad-index', `--index-url '${index}' is no address such as ${defaultIndex}.`, { cause });
  }
}

/** Each file is a link whose address ends in its hash: `<a href="../x.whl#sha256=...">x.whl</a>`. */
function htmlFiles(page: string, place: (address: string) => URL): ListedFile[] {
  return [...page.matchAll(/<a\s[^>]*href\s*=\s*["']([^"']+)["'][^>]*>\s*([^<]+?)\s*<\/a>/gi)].map(
    ([, address = '', name = '']) => {
      const url = place(address.replaceAll('&amp;', '&'));
      const sha256 = /^#sha256=([0-9a-f]{64})$/i.exec(url.hash)?.[1]?.toLowerCase() ?? null;
      url.hash = '';
      return { name, url, sha256, size: null };
    },
  );
}

/**
 * As `fetch`, also for addresses with a name and a password in them.
 * @throws StoreError `unavailable` where nothing, or an error, is answered
 */
export async function fetchFrom(address: URL, headers: Record<string, string> = {}): Promise<Response> {
  const url = new URL(address);
  const { username, password } = url;
  const login = username === '' ? {} : { authorization: `Basic ${btoa(`${decoded(username)}:${decoded(password)}`)}` };
  url.username = '';
  url.password = '';
  try {
    const response = await fetch(url, { headers: { ...headers, ...login } });
    if (response.ok) return response;
    await response.body?.cancel();
    throw unreachable(url, `${response.status} ${response.statusText}`.trim());
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw unreachable(url, reason, error);
  }
}

function unreachable(url: URL, reason: string, cause?: unknown): StoreError {
  return new StoreError(
    'unavailable',
    `${url.href} cannot be fetched (${reason}). Check the network, or give a mirror with --index-url.`,
    {
      cause,
    },
  );
}

function decoded(text: string): string {
  return decodeURIComponent(text);
}

/** For messages. */
export function withoutLogin(address: string | URL): string {
  const url = new URL(address);
  url.username = '';
  url.password = '';
  return url.href;
}
