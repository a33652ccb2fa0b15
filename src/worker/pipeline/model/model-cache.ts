/** The run's model as a file of this machine. One in a bucket is fetched once and kept by the digest of its bytes. */

import { createHash, randomUUID } from 'node:crypto';
import { access, copyFile, link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { externalFiles, readModel } from '../../../explain/onnx/model-file.ts';
import { userCache } from '../../../explain/user-cache.ts';
import { UserError } from '../../../explain/user-error.ts';
import { digestLocation } from '../../../shared/store/digest.ts';
import { isS3Location, splitLocation } from '../../../shared/store/location.ts';
import { readPieces } from '../../../shared/store/read-pieces.ts';
import { StoreError } from '../../../shared/store/store.ts';

export interface ModelOrder {
  /** Path or s3:// address, as the run's configuration has it. */
  location: string;
  /** SHA-256 that the run was planned with. */
  digest: string;
  run: string;
  /** Where models are kept. */
  cache: string;
}

export function defaultModelCache(environment: NodeJS.ProcessEnv = process.env): string {
  return join(userCache(environment), 'models');
}

const modelName = 'model.onnx';

/**
 * Several workers of a machine may share the cache. Weights in files of their own are not part of the digest, so they are
 * fetched again for every run.
 *
 * @returns the path of the model file, with its weight files beside it
 * @throws UserError `model-differs` when the bytes are not those that the run was planned with, `model-not-found`; StoreError
 */
export async function localModel({ location, digest, run, cache }: ModelOrder): Promise<string> {
  if (!isS3Location(location)) {
    const found = await digestLocation(location).catch((error: unknown) => {
      if (!(error instanceof StoreError && error.code === 'not-found')) throw error;
      throw new UserError(
        'model-not-found',
        `There is no model at '${location}' on this worker. Put it there, or into a bucket that all workers can read.`,
      );
    });
    if (found !== digest) throw differs(location, digest, found);
    return location;
  }
  const folder = join(cache, digest);
  const file = join(folder, modelName);
  if ((await digestLocation(file).catch(() => null)) !== digest) {
    await fetchInto(folder, async (temporary) => {
      const found = await fetchFile(location, join(temporary, modelName));
      if (found !== digest) throw differs(location, digest, found);
    });
  }
  const weights = externalFiles(await readModel(file));
  if (weights.length === 0) return file;
  return withWeights(file, weights, location, join(cache, `${digest}-${run}`));
}

async function withWeights(model: string, weights: string[], location: string, folder: string): Promise<string> {
  const file = join(folder, modelName);
  const there = await access(file).then(
    () => true,
    () => false,
  );
  if (there) return file;
  await fetchInto(folder, async (temporary) => {
    const copy = join(temporary, modelName);
    await link(model, copy).catch(() => copyFile(model, copy));
    for (const name of weights) await fetchFile(`${splitLocation(location).folder}/${name}`, join(temporary, name));
  });
  return file;
}

/** Fills a new folder and puts it in the place of `folder` as a whole. */
async function fetchInto(folder: string, fill: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${folder}.${randomUUID()}`;
  await mkdir(temporary, { recursive: true });
  try {
    await fill(temporary);
    await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder).catch((error: unknown) => {
      // Another worker of this machine was faster, with the same bytes.
      const taken =
        error instanceof Error && 'code' in error && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST');
      if (!taken) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** @returns the SHA-256 of what was fetched */
async function fetchFile(location: string, path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const hash = createHash('sha256');
  const file = await open(path, 'wx');
  try {
    for await (const piece of readPieces(location)) {
      hash.update(piece);
      await file.write(piece);
    }
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

function differs(location: string, expected: string, found: string): UserError {
  return new UserError(
    'model-differs',
    `The model at ${location} is not the one that the run was planned with (SHA-256 ${found.slice(0, 12)}..., not ` +
      `${expected.slice(0, 12)}...). Put that file back, or start a new run with this one.`,
  );
}
