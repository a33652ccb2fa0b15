/** A whole run in one process: plan, then the shard pipeline in a loop, with the ledger in the output. */

import { chosenPrecision } from '../../explain/precision.ts';
import { UserError } from '../../explain/user-error.ts';
import { chooseEvaluated } from '../../producer/choose-evaluated.ts';
import { asBefore, asLabelled } from '../../producer/labelled-configuration.ts';
import { planRun } from '../../producer/plan.ts';
import type { RunConfiguration } from '../../shared/run/configuration.ts';
import { runDigests } from '../../shared/run/run-digests.ts';
import {
  checkSameRun,
  type EarlierRun,
  newRunId,
  readEarlierRun,
  runFileKey,
  softwareVersions,
} from '../../shared/run/run-file.ts';
import { digestLocation } from '../../shared/store/digest.ts';
import { isS3Location } from '../../shared/store/location.ts';
import { openStore } from '../../shared/store/open-store.ts';
import type { Store } from '../../shared/store/store.ts';
import { configureImageLibrary } from '../pipeline/decode/image-library.ts';
import { openMeasures } from '../pipeline/evaluate/open-measures.ts';
import { explainerOptions } from '../pipeline/explainer-options.ts';
import { DurableInference, type OpenInference } from '../pipeline/inference/durable-inference.ts';
import { openInferenceLanes } from '../pipeline/inference/inference-lanes.ts';
import { fetchModel } from '../pipeline/model/fetch-model.ts';
import { defaultModelCache } from '../pipeline/model/model-cache.ts';
import { openPixels } from '../pipeline/pixels/pixel-threads.ts';
import { openProvider } from '../pipeline/provider.ts';
import { LocalLedger } from './local-ledger.ts';
import { LocalRun } from './local-run.ts';
import type { RunEvents, RunSummary } from './run-events.ts';
import { RunProgress } from './run-progress.ts';

export type { ImageProgress, RunEvents, RunSummary } from './run-events.ts';

/**
 * Explains every image of the input and writes the output. When `signal` aborts, no further shard is begun; those at hand are
 * finished and committed, and the summary says `interrupted`.
 *
 * @param open how the model is opened; another way is for callers that run from sources
 * @throws UserError before the run starts, for a configuration, input, model, provider or output that cannot be used
 * @throws RunStopped when the run could not go on; what was committed is kept, and `--resume` continues it
 */
export async function explainRun(
  given: RunConfiguration,
  events: RunEvents,
  signal: AbortSignal,
  open: OpenInference = openInferenceLanes,
): Promise<RunSummary> {
  configureImageLibrary();
  await using output = await openStore(given.output);
  const { earlier, ledger } = await openOutput(output, given.resume);
  const continued = asBefore(given, earlier);
  await using plan = await planRun(continued);
  const configuration = asLabelled(continued, plan);
  const provider = await openProvider({
    name: configuration.provider,
    devices: configuration.device === undefined ? null : [configuration.device],
    fallback: null,
    precision: configuration.precision,
  });
  const onWarning = (message: string) => events.onWarning(message);
  const run = earlier?.run ?? newRunId();
  const model = await modelFile(configuration.model, run);
  const options = explainerOptions({ ...configuration, model }, plan.classes, provider);
  // A thread that died would die again: it is not known of which image.
  await using inference = await DurableInference.open(options, open, { onWarning, onDeath: 'fail' });
  const digests = await runDigests(model, plan.classNames);
  if (earlier !== null) checkSameRun(earlier, configuration, digests, output.location);
  const identity = {
    run,
    started: earlier?.started ?? new Date().toISOString(),
    configuration,
    digests,
    versions: softwareVersions(),
    execution: {
      provider: provider.name,
      devices: provider.devices,
      batchSize: inference.model.batchSize,
      precision: chosenPrecision({ ...options, providers: [provider.name] }),
    },
  };
  const { evaluate } = configuration;
  const chosen = evaluate === undefined ? null : await chooseEvaluated(plan, output, evaluate.sample, earlier !== null);
  const measures = await openMeasures(configuration, chosen, plan.classNames, onWarning);
  const progress = new RunProgress(identity, plan.total);
  await using pixels = openPixels(configuration.pixelThreads);
  const parts = { configuration, plan, output, ledger, provider, inference, pixels, measures, progress, events };
  return await new LocalRun(parts).execute(signal);
}

interface OpenedOutput {
  earlier: EarlierRun | null;
  ledger: LocalLedger;
}

async function openOutput(output: Store, resume: boolean): Promise<OpenedOutput> {
  const earlier = await readEarlierRun(output);
  const ledger = await LocalLedger.open(output);
  if (!resume && (earlier !== null || ledger.shards > 0)) {
    throw new UserError(
      'output-not-empty',
      `${output.location} already holds a run. Continue it with --resume, or choose another --output.`,
    );
  }
  if (earlier === null && ledger.shards > 0) {
    throw new UserError(
      'damaged-output',
      `Cannot resume: ${output.location} holds scores but no ${runFileKey}, so it is unknown what they were made with. ` +
        'Choose another --output.',
    );
  }
  return { earlier, ledger };
}

/** A model in a bucket is kept where workers keep theirs. */
async function modelFile(location: string, run: string): Promise<string> {
  if (!isS3Location(location)) return location;
  return fetchModel({ location, digest: await digestLocation(location), run, cache: defaultModelCache() });
}
