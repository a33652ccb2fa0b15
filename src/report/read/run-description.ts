/** What `run.json` says of a run that a report needs. */

import { z } from 'zod';
import { UserError } from '../../explain/user-error.ts';
import { blankMaps, blankMapsText } from '../../shared/run/blank-maps.ts';
import { runConfigurationSchema, usualInterventions } from '../../shared/run/configuration.ts';
import { readRunFile, runFileKey, runFileSchema } from '../../shared/run/run-file.ts';
import { retryTransient } from '../../shared/store/retry.ts';
import type { Store } from '../../shared/store/store.ts';

const { evidence, classes, regions, multiLabel, threshold, interventions } = runConfigurationSchema.shape;

/** A report can be made of the runs of older and newer versions, too. */
const configuration = runConfigurationSchema.pick({ model: true, input: true, layers: true, targets: true }).extend({
  methods: z.array(z.string()),
  /** Whether evidence files were asked for. */
  evidence: evidence.default(false),
  /** Where the names of the classes were read from; null: they have none. */
  classes: classes.default(null),
  /** Boxes and masks that maps were compared with; null: none. */
  regions: regions.unwrap().nullable().default(null),
  /** How classes are decided, where images may have several labels. */
  multiLabel: multiLabel.unwrap().default(false),
  threshold,
  /** Changed pictures that the network may be asked about. */
  interventions: interventions.unwrap().default(usualInterventions),
  /** The run's preprocess settings, to compare. */
  preprocess: z.unknown().default(null),
});
const fields = runFileSchema.pick({ run: true, state: true, digests: true }).extend({
  configuration,
  /** What was found wrong with the set-up, in words. */
  warnings: z.array(z.string()).default([]),
  /** What the layer `last` means; null where it was not hooked, or the run does not say. */
  lastLayer: z.string().nullable().default(null),
  /** What is suggested before the only layer; null where there are more, or the run does not say. */
  earlierLayer: z.string().nullable().default(null),
  /** Maps that mostly show nothing. */
  blankMaps: z.array(blankMaps).default([]),
  multiLabel: z
    .object({ thresholds: z.array(z.number()) })
    .nullable()
    .default(null),
});

/** `state` is `complete`, `running`, `interrupted`, ... */
export type RunDescription = Omit<z.infer<typeof fields>, 'configuration' | 'multiLabel'> &
  z.infer<typeof configuration> & {
    /** Of a complete run whose images may have several labels: from which score on each class is decided, by index. */
    thresholds: number[] | null;
  };

/** @throws UserError `no-run` where there is none, `damaged-output`; StoreError */
export async function readRunDescription(output: Store): Promise<RunDescription> {
  const missing = (cause: unknown): never => {
    throw new UserError(
      'no-run',
      `There is no ${runFileKey} in ${output.location}, so it is not the output of a run. Give the --output of gradline run.`,
      { cause },
    );
  };
  const {
    configuration,
    multiLabel: summary,
    ...run
  } = await retryTransient(() => readRunFile(output, fields, missing));
  return { ...run, ...configuration, thresholds: summary?.thresholds ?? null };
}

/** What was found wrong with a run's set-up, blank maps included, in words. */
export function setUpWarnings({ warnings, blankMaps }: Pick<RunDescription, 'warnings' | 'blankMaps'>): string[] {
  return [...warnings, ...blankMaps.map(blankMapsText)];
}
