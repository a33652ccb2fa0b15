/** What `run.json` says of a run that a report needs. */

import { z } from 'zod';
import { UserError } from '../../explain/user-error.ts';
import { runFileKey } from '../../shared/run/run-file.ts';
import { regionCategories } from '../../shared/run/run-settings.ts';
import { retryTransient } from '../../shared/store/retry.ts';
import { type Store, StoreError } from '../../shared/store/store.ts';

const runFile = z.object({
  run: z.string(),
  state: z.string(),
  configuration: z.object({
    model: z.string(),
    input: z.string(),
    layers: z.array(z.string()),
    methods: z.array(z.string()),
    targets: z.array(z.string()),
    evidence: z.boolean().default(false),
    classes: z.string().nullable().default(null),
    preprocess: z.unknown().default(null),
    regions: z
      .object({ file: z.string(), categories: z.enum(regionCategories) })
      .nullable()
      .default(null),
  }),
  digests: z.object({ model: z.string(), classes: z.string().nullable() }),
});

export interface RunDescription {
  run: string;
  /** `complete`, `running`, `interrupted`, ... */
  state: string;
  /** As the run's settings name them. */
  model: string;
  input: string;
  /** In the order in which the user wrote them. */
  layers: string[];
  methods: string[];
  targets: string[];
  /** Whether evidence files were asked for. */
  evidence: boolean;
  /** Where the names of the classes were read from; null: they have none. */
  classes: string | null;
  /** Boxes and masks that maps were compared with; null: none. */
  regions: { file: string; categories: (typeof regionCategories)[number] } | null;
  /** The run's preprocess settings, to compare. */
  preprocess: unknown;
  /** SHA-256 of the model file and of the class names. */
  digests: { model: string; classes: string | null };
}

/** @throws UserError `no-run` where there is none, `damaged-output`; StoreError */
export async function readRunDescription(output: Store): Promise<RunDescription> {
  let text: string;
  try {
    text = (await retryTransient(() => output.get(runFileKey))).toString('utf8');
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'not-found') throw error;
    throw new UserError(
      'no-run',
      `There is no ${runFileKey} in ${output.location}, so it is not the output of a run. Give the --output of gradline run.`,
      { cause: error },
    );
  }
  try {
    const { run, state, configuration, digests } = runFile.parse(JSON.parse(text));
    return { run, state, ...configuration, digests };
  } catch (cause) {
    throw new UserError('damaged-output', `${runFileKey} in ${output.location} is not one that Gradline wrote.`, {
      cause,
    });
  }
}
