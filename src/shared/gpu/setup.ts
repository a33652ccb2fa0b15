/** Puts the libraries of ONNX Runtime's CUDA provider beside the binding, which npm ships without them. */

import { createHash } from 'node:crypto';
import { closeSync, createReadStream, createWriteStream, openSync, writeSync } from 'node:fs';
import { access, constants, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Unzip, UnzipInflate } from 'fflate';
import { UserError } from '../../explain/user-error.ts';
import { providerLibraries } from './cuda-needs.ts';
import type { Machine } from './machine.ts';
import { fetchFrom, findWheel, type Wheel } from './wheel-index.ts';

export interface SetupPlan {
  wheel: Wheel;
  /** Where the libraries go. */
  folder: string;
}

/**
 * What would be fetched. Nothing is written.
 * @throws UserError `unsupported-platform`, `not-writable`, and as `findWheel`
 */
export async function planSetup({ platform, arch, binding }: Machine, index: string): Promise<SetupPlan> {
  if (platform !== 'linux' || arch !== 'x64') {
    throw new UserError(
      'unsupported-platform',
      `ONNX Runtime for Node has CUDA for Linux on x64 only, and this is ${platform} ${arch}. Choose another --provider.`,
    );
  }
  await checkWritable(binding.folder);
  const wheel = await findWheel(index, binding.version);
  return { wheel: { ...wheel, size: wheel.size ?? (await sizeOf(wheel)) }, folder: binding.folder };
}

async function checkWritable(folder: string): Promise<void> {
  try {
    await access(folder, constants.W_OK);
  } catch (cause) {
    throw new UserError(
      'not-writable',
      `Nothing can be written into ${folder}. Run the command as the user that installed Gradline.`,
      { cause },
    );
  }
}

async function sizeOf({ url }: Wheel): Promise<number | null> {
  const response = await fetchFrom(url);
  await response.body?.cancel();
  const length = response.headers.get('content-length');
  return length === null ? null : Number(length);
}

/**
 * Fetches the wheel into a temporary file, compares it with its hash, and puts the libraries in place.
 * @param onProgress told how many bytes have come
 * @returns the libraries' paths
 * @throws UserError `damaged-download`, `not-writable`; StoreError `unavailable`
 */
export async function setUpCuda(plan: SetupPlan, onProgress: (bytes: number) => void): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'gradline-wheel-'));
  try {
    const file = join(folder, plan.wheel.name);
    await fetchWheel(plan.wheel, file, onProgress);
    return await takeLibraries(file, plan.folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fetchWheel({ url, name, sha256 }: Wheel, file: string, onProgress: (bytes: number) => void) {
  const response = await fetchFrom(url);
  const hash = createHash('sha256');
  let bytes = 0;
  const count = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk);
      bytes += chunk.length;
      onProgress(bytes);
      done(null, chunk);
    },
  });
  try {
    await pipeline(Readable.from(response.body ?? []), count, createWriteStream(file));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError('damaged-download', `${url.href} broke off after ${bytes} bytes (${reason}). Try again.`, {
      cause,
    });
  }
  const found = hash.digest('hex');
  if (found === sha256) return;
  throw new UserError(
    'damaged-download',
    `What came as ${name} is not what the index lists: its SHA-256 is ${found}, not ${sha256}. Nothing was installed. Try again, or give another --index-url.`,
  );
}

/** Each is whole or not there: it is written under another name first. */
async function takeLibraries(wheel: string, folder: string): Promise<string[]> {
  const unfinished = (name: string) => join(folder, `.${name}.unfinished`);
  const library = (name: string) => join(folder, name);
  try {
    const missing = await extract(wheel, providerLibraries, unfinished);
    if (missing.length > 0) {
      const what = `${basename(wheel)} holds no ${missing.join(' and no ')}`;
      throw new UserError('damaged-download', `${what}. Nothing was installed. Give another --index-url.`);
    }
    for (const name of providerLibraries) await rename(unfinished(name), library(name));
    return providerLibraries.map(library);
  } catch (error) {
    for (const name of providerLibraries) await rm(unfinished(name), { force: true });
    throw error;
  }
}

/**
 * Writes some files of a zip archive, a piece at a time; of the others, it holds what is packed.
 * @returns the names that the archive does not hold
 */
async function extract(archive: string, names: readonly string[], target: (name: string) => string): Promise<string[]> {
  const whole = new Set<string>();
  const unzip = new Unzip((entry) => {
    const name = basename(entry.name);
    if (!names.includes(name)) return;
    const file = openSync(target(name), 'w', 0o644);
    entry.ondata = (error, piece, last) => {
      try {
        if (error !== null) throw error;
        writeSync(file, piece);
        if (last) whole.add(name);
      } finally {
        if (error !== null || last) closeSync(file);
      }
    };
    entry.start();
  });
  unzip.register(UnzipInflate);
  for await (const piece of createReadStream(archive, { highWaterMark: 1 << 20 })) {
    unzip.push(piece);
    if (whole.size === names.length) break;
  }
  return names.filter((name) => !whole.has(name));
}
