/** What a worker needs to know of a run, from its `run.json`. */

import { z } from 'zod';
import { UserError } from '../../explain/user-error.ts';
import type { RunConfiguration } from '../../shared/run/configuration.ts';
import { runFileKey } from '../../shared/run/run-file.ts';
import {
  colormaps,
  fits,
  fusions,
  methodNames,
  presets,
  regionCategories,
  scoreActivations,
} from '../../shared/run/run-settings.ts';
import { retryTransient } from '../../shared/store/retry.ts';
import { type Store, StoreError } from '../../shared/store/store.ts';

const count = z.int().min(0);
const triple = z.tuple([z.number(), z.number(), z.number()]);

const configuration: z.ZodType<RunConfiguration> = z.object({
  input: z.string(),
  output: z.string(),
  model: z.string(),
  layers: z.array(z.string()),
  methods: z.array(z.enum(methodNames)),
  targets: z.array(z.string()),
  fuse: z.enum(fusions).exactOptional(),
  classes: z.string().nullable(),
  labels: z.string().nullable(),
  selection: z.object({
    include: z.array(z.string()),
    exclude: z.array(z.string()),
    suffixes: z.array(z.string()).nullable(),
    sample: count.nullable(),
    seed: count,
    limit: count.nullable(),
  }),
  preprocess: z.object({
    preset: z.enum(presets),
    size: z.object({ height: count, width: count }).exactOptional(),
    fit: z.enum(fits).exactOptional(),
    resize: count.exactOptional(),
    mean: triple.exactOptional(),
    std: triple.exactOptional(),
    range: z.tuple([z.number(), z.number()]).exactOptional(),
    channels: z.enum(['rgb', 'bgr']).exactOptional(),
  }),
  scoreActivation: z.enum(scoreActivations),
  batchSize: count,
  shardSize: count,
  provider: z.string(),
  threads: count.nullable(),
  overlays: z.object({
    write: z.enum(['all', 'errors', 'none']),
    colormap: z.enum(colormaps),
    alpha: z.number(),
    scale: z.union([z.literal('image'), z.number()]),
    on: z.enum(['seen', 'original']),
    format: z.enum(['jpg', 'png', 'webp']),
  }),
  maps: z.boolean(),
  evidence: z.boolean(),
  report: z.boolean(),
  reference: z.string().exactOptional(),
  since: z.string().exactOptional(),
  evaluate: z.object({ sample: count }).exactOptional(),
  regions: z.object({ file: z.string(), categories: z.enum(regionCategories) }).exactOptional(),
  scores: z.enum(['shard', 'image', 'both']),
  statistics: z.boolean(),
  maxFailures: z.string().exactOptional(),
  resume: z.boolean(),
});

const storedRun = z.object({
  run: z.string(),
  configuration,
  digests: z.object({ model: z.string(), classes: z.string().nullable() }),
});

export type StoredRun = z.infer<typeof storedRun>;

/** @throws UserError `damaged-output`; StoreError */
export async function readStoredRun(output: Store): Promise<StoredRun> {
  const damaged = (reason: string, cause: unknown) =>
    new UserError(
      'damaged-output',
      `${runFileKey} in ${output.location} ${reason}. Restore it, or start the run anew with another --output.`,
      { cause },
    );
  let text: string;
  try {
    text = (await retryTransient(() => output.get(runFileKey))).toString('utf8');
  } catch (error) {
    if (error instanceof StoreError && error.code === 'not-found') throw damaged('is gone', error);
    throw error;
  }
  try {
    return storedRun.parse(JSON.parse(text));
  } catch (cause) {
    throw damaged('is not that of a run that this version of Gradline can work on', cause);
  }
}
