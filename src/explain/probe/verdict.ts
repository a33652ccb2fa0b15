/** What trying a model came to, kept for the next time that it is opened. */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Activation } from '../final-activation.ts';
import { externalFiles, type OnnxModel } from '../onnx/model-file.ts';
import { runtimeVersion } from '../onnx/runtime-version.ts';
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
const version = 1;

/**
 * Where the verdict on a model is kept: by the bytes of its file, size and time of the files with its weights, what it is given, and ONNX Runtime's
 * version.
 * @param given what the verdict depends on besides the model
 */
export async function verdictFile(file: string, model: OnnxModel, given: unknown): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash, { end: false });
  for (const name of externalFiles(model)) {
    const { size, mtimeMs } = await stat(path.resolve(path.dirname(file), name));
    hash.update(JSON.stringify([name, size, mtimeMs]));
  }
  hash.update(JSON.stringify([version, runtimeVersion(), process.arch, given]));
  return path.join(userCache(), 'probes', `${hash.digest('hex')}.json`);
}

/** Undefined where there is none that can be read. */
export async function recall(file: string): Promise<Verdict | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    return isVerdict(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Where nothing can be written, the model is tried again next time. */
export async function remember(file: string, verdict: Verdict): Promise<void> {
  const temporary = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(temporary, JSON.stringify(verdict));
    await rename(temporary, file);
  } catch {
    return;
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
