/** Whether a run can work at all, before its first shard is enqueued. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HookedLayer } from '../explain/explanation.ts';
import type { RedisClient } from '../shared/ledger/run-keys.ts';
import { type PreflightReport, preflight } from '../shared/queue/preflight.ts';
import { readClassNames } from '../shared/run/class-names.ts';
import type { RunConfiguration } from '../shared/run/configuration.ts';
import { readModelClasses } from '../shared/run/model-classes.ts';
import { digestLocation } from '../shared/store/digest.ts';
import { isS3Location } from '../shared/store/location.ts';
import { openStore } from '../shared/store/open-store.ts';
import { explainerOptions, type PipelineExplainerOptions } from '../worker/pipeline/explainer-options.ts';
import { openInference } from '../worker/pipeline/inference/inference.ts';
import type { InferenceModel } from '../worker/pipeline/inference/inference-messages.ts';
import { fetchModel } from '../worker/pipeline/model/fetch-model.ts';
import { pipelineSettings } from '../worker/pipeline/pipeline-settings.ts';
import { cpu } from '../worker/pipeline/provider.ts';
import { namesWarning } from '../worker/pipeline/run-warnings.ts';

interface RunPreflight extends PreflightReport {
  /** What the layers' names resolved to. */
  layers: HookedLayer[];
  /** Those of the warnings that are about the model and its classes. */
  modelWarnings: readonly string[];
}

/** Opens a model away from the main thread; another one is for callers that run from sources. */
export type OpenModel = (
  options: PipelineExplainerOptions,
) => Promise<AsyncDisposable & { readonly model: InferenceModel }>;

/**
 * Checks Redis and the output as `preflight` does, then opens the model with its hooks and compares it with the preprocessing. This
 * machine may have no GPU, so the model is opened on the CPU in float32, whatever the workers use.
 *
 * @throws UserError as `preflight`, `Explainer.open` and `pipelineSettings` do; StoreError, RedisError
 */
export async function preflightRun(
  redis: RedisClient,
  configuration: RunConfiguration,
  open: OpenModel = openInference,
): Promise<RunPreflight> {
  await using output = await openStore(configuration.output);
  const report = await preflight(redis, output);
  const { layers, warnings } = await checkModel(configuration, open);
  return { ...report, warnings: [...report.warnings, ...warnings], layers, modelWarnings: warnings };
}

async function checkModel(
  configuration: RunConfiguration,
  open: OpenModel,
): Promise<Pick<InferenceModel, 'layers' | 'warnings'>> {
  const { classes, labels, model } = configuration;
  const classNames =
    classes === null ? ((await readModelClasses(model))?.names ?? null) : await readClassNames(classes);
  // Names that come from the input's folders are not known before it is listed.
  const unknownNames = classNames === null && labels === 'folder';
  const targets = configuration.targets.filter((target) => !(unknownNames && /^class:.*\D/.test(target)));
  const folder = await mkdtemp(join(tmpdir(), 'gradline-preflight-'));
  try {
    const local = isS3Location(model) ? await fetchInto(folder, model) : model;
    const checked = {
      ...configuration,
      model: local,
      targets: targets.length > 0 ? targets : ['predicted'],
    };
    const { precision: _, ...options } = explainerOptions(checked, classNames, cpu);
    await using inference = await open(options);
    pipelineSettings(configuration, inference.model);
    const { layers, warnings, classCount } = inference.model;
    const unlike = namesWarning(classNames?.names ?? null, classCount);
    return { layers, warnings: unlike === null ? warnings : [...warnings, unlike] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** With the weights that lie in files of their own. */
async function fetchInto(cache: string, location: string): Promise<string> {
  return fetchModel({ location, digest: await digestLocation(location), run: 'preflight', cache });
}
