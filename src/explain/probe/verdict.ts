/** What trying a model came to, kept for the next time that it is opened. */

import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import type { Activation } from '../final-activation.ts';
import { externalFiles } from '../onnx/model-file.ts';
import { runtimeVersion } from '../onnx/runtime-version.ts';
import type { SourceModel } from '../prepare.ts';
import { userCache } from '../user-cache.ts';

export interface Verdict {
  /** ONNX Runtime's optimizers without which the model computes what its file says. */
  optimizers: readonly string[];
  /**
   * Where the logits were found in numbers: a tensor, and what the output makes of it; `logarithm`: nowhere, so that the output's
   * logarithm stands for them. Null: as the graph says.
   */
  score: { tensor: string; activation: Activation } | 'logarithm' | null;
  /** What a user has to know of it, in words. */
  warnings: readonly string[];
}

/** Raised when the same model may get another verdict. */
const version = 3;

/**
 * Where the verdict on a model is kept: by the bytes of its file, size and time of the files with its weights, what it is given, and ONNX Runtime's
 * version.
 * @param given what the verdict depends on besides the model
 */
export async function verdictFile(file: string, { bytes, model }: SourceModel, given: unknown): Promise<string> {
  const hash = createHash('sha256').update(checksums(bytes));
  for (const name of externalFiles(model)) {
    const { size, mtimeMs } = await stat(path.resolve(path.dirname(file), name));
    hash.update(JSON.stringify([name, size, mtimeMs]));
  }
  hash.update(JSON.stringify([version, runtimeVersion(), process.arch, given]));
  return path.join(userCache(), 'probes', `${hash.digest('hex')}.json`);
}

/** Parts of a file that have a checksum each. */
const parts = 64;

/** Tells the files of one user apart, which needs no cryptography: a fifth of the time that SHA-256 takes for weights. */
function checksums(bytes: Uint8Array): string {
  const length = Math.ceil(bytes.length / parts);
  const sums = Array.from({ length: parts }, (_, i) => crc32(bytes.subarray(i * length, (i + 1) * length)));
  return [bytes.length, ...sums].join(' ');
}

/** Undefined where there is none that can be read. */
async function recall(file: string): Promise<Verdict | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    return isVerdict(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Where nothing can be written, the model is tried again next time. */
async function remember(file: string, verdict: Verdict): Promise<void> {
  const temporary = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(temporary, JSON.stringify(verdict));
    await rename(temporary, file);
  } catch {
    return;
  }
}

/** Milliseconds from which a probe is. */
const worthRemembering = 100;

/** Milliseconds after which whoever tries a model is taken to have ended without a word. */
const longestTurn = 60_000;
const lookEvery = 20;

/**
 * What `probe` comes to, done once by all threads and processes of this machine that open the model at the same time: one tries it, the others
 * wait for its verdict. Where nothing can be written, each tries it.
 */
export async function oneVerdict(file: string, probe: () => Promise<Verdict>): Promise<Verdict> {
  const turn = `${file}.turn`;
  for (;;) {
    const known = await recall(file);
    if (known !== undefined) return known;
    const taken = await takeTurn(turn);
    if (taken === 'mine') break;
    if (taken === 'nowhere') return probe();
    await setTimeout(lookEvery);
  }
  try {
    const known = await recall(file);
    if (known !== undefined) return known;
    const began = performance.now();
    const verdict = await probe();
    if (performance.now() - began > worthRemembering) await remember(file, verdict);
    return verdict;
  } finally {
    await rm(turn, { force: true });
  }
}

async function takeTurn(turn: string): Promise<'mine' | 'taken' | 'nowhere'> {
  try {
    await mkdir(path.dirname(turn), { recursive: true });
  } catch {
    return 'nowhere';
  }
  try {
    await writeFile(turn, `${process.pid}`, { flag: 'wx' });
    return 'mine';
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) return 'nowhere';
  }
  if (await isAbandoned(turn)) await rm(turn, { force: true });
  return 'taken';
}

/** Two that take one turn after all, because the folder is another machine's too, only try the model twice. */
async function isAbandoned(turn: string): Promise<boolean> {
  try {
    const since = Date.now() - (await stat(turn)).mtimeMs;
    const owner = Number(await readFile(turn, 'utf8'));
    return since > longestTurn || (owner > 0 && !isRunning(owner));
  } catch {
    return false;
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function isVerdict(value: unknown): value is Verdict {
  if (typeof value !== 'object' || value === null) return false;
  if (!('optimizers' in value) || !('score' in value) || !('warnings' in value)) return false;
  const { optimizers, score, warnings } = value;
  const isScore =
    score === null ||
    score === 'logarithm' ||
    (typeof score === 'object' && 'tensor' in score && 'activation' in score);
  return isScore && [optimizers, warnings].every((list) => Array.isArray(list) && list.every(isText));
}

const isText = (value: unknown) => typeof value === 'string';
