/** A run's model and images again, from its output: its settings, and where things are today. */

import { stat } from 'node:fs/promises';
import { UserError } from '../../explain/user-error.ts';
import type { RunConfiguration } from '../../shared/run/configuration.ts';
import { openImageStore } from '../../shared/run/image-store.ts';
import { readRunFile, runFileSchema } from '../../shared/run/run-file.ts';
import { digestLocation } from '../../shared/store/digest.ts';
import { isS3Location } from '../../shared/store/location.ts';
import { retryTransient } from '../../shared/store/retry.ts';
import { type Store, StoreError } from '../../shared/store/store.ts';
import { fetchModel } from '../pipeline/model/fetch-model.ts';
import { defaultModelCache } from '../pipeline/model/model-cache.ts';

/** Where things are that have been moved since the run; null: where run.json says. */
export interface RunPlaces {
  model: string | null;
  images: string | null;
}

/** Its owner closes `images`. */
export interface ReopenedRun {
  /** As the run had it, with the places of today. */
  configuration: RunConfiguration;
  images: Store;
}

/**
 * The model must be the run's own, byte for byte: what another one says would stand beside records that it did not make.
 * @throws UserError `model-not-found`, `model-differs`, `no-input`, `damaged-output`; StoreError
 */
export async function reopenRun(output: Store, places: RunPlaces): Promise<ReopenedRun> {
  const damaged = 'has settings that this version of Gradline does not know, so it cannot explain as the run did.';
  const file = await retryTransient(() => readRunFile(output, runFileSchema, undefined, damaged));
  const input = places.images ?? file.configuration.input;
  const model = await modelFile(places.model ?? file.configuration.model, file);
  if (!isS3Location(input) && !(await exists(input))) {
    throw new UserError(
      'no-input',
      `The run's images were read from ${input}, which is not there. Start the command in the folder where the run was started, or ` +
        'say with --images where they are now.',
    );
  }
  return { configuration: { ...file.configuration, model, input }, images: await openImageStore(input) };
}

async function modelFile(location: string, { run, digests }: { run: string; digests: { model: string } }) {
  if (isS3Location(location)) {
    return fetchModel({ location, digest: digests.model, run, cache: defaultModelCache() });
  }
  const digest = await digestLocation(location).catch((error: unknown) => {
    if (!(error instanceof StoreError && error.code === 'not-found')) throw error;
    throw new UserError(
      'model-not-found',
      `The run's model was ${location}, which is not there. Start the command in the folder where the run was started, or say ` +
        'with --model where it is now.',
      { cause: error },
    );
  });
  if (digest === digests.model) return location;
  throw new UserError(
    'model-differs',
    `${location} is not the model that made this run (SHA-256 ${digest.slice(0, 12)}..., not ${digests.model.slice(0, 12)}...). ` +
      'Say with --model where that one is, or make a new run with this one.',
  );
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
