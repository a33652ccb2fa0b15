/** Files that are written on this machine first and then put into a store as a whole, so that any size takes little memory. */

import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { retryTransient } from '../../shared/store/retry.ts';
import type { Store } from '../../shared/store/store.ts';

/** @param write makes the file at a path where there is none yet */
export async function putMadeFile(
  store: Store,
  key: string,
  contentType: string,
  write: (path: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'gradline-'));
  try {
    const path = join(folder, 'file');
    await write(path);
    await retryTransient(() => store.putFile(key, path, contentType));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param texts pieces of the file, in order */
export async function putText(
  store: Store,
  key: string,
  contentType: string,
  texts: Iterable<string> | AsyncIterable<string>,
): Promise<void> {
  await putMadeFile(store, key, contentType, (path) =>
    pipeline(Readable.from(inChunks(texts)), createWriteStream(path)),
  );
}

/** Characters that are written at once. */
const chunkLength = 1 << 18;

async function* inChunks(texts: Iterable<string> | AsyncIterable<string>): AsyncGenerator<Buffer> {
  let chunk = '';
  for await (const text of texts) {
    chunk += text;
    if (chunk.length < chunkLength) continue;
    yield Buffer.from(chunk);
    chunk = '';
  }
  yield Buffer.from(chunk);
}
