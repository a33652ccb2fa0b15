/** A run that this worker works on: its model loaded and warm, its stores open, a pipeline running. */

import type { ExplainerOptions } from '../../explain/options.ts';
import { UserError } from '../../explain/user-error.ts';
import { hasImageSuffix } from '../../producer/list-images.ts';
import { ListedStore } from '../../producer/listed-store.ts';
import type { RunLedger } from '../../shared/ledger/run-keys.ts';
import { commitShard } from '../../shared/ledger/settle-shard.ts';
import type { RunConfiguration } from '../../shared/run/configuration.ts';
import { type MaxFailures, parseMaxFailures } from '../../shared/run/max-failures.ts';
import { PlanReader, readPlanClasses } from '../../shared/run/plan-files.ts';
import { isImageList } from '../../shared/run/read-configuration.ts';
import type { ImageRecord } from '../../shared/run/record.ts';
import type { Shard } from '../../shared/run/run-plan.ts';
import type { RunTotals } from '../../shared/run/tally.ts';
import { isS3Location, splitLocation } from '../../shared/store/location.ts';
import { openStore } from '../../shared/store/open-store.ts';
import { retryTransient } from '../../shared/store/retry.ts';
import { type Store, StoreError } from '../../shared/store/store.ts';
import { chosenByProducer, type Measures, openMeasures } from '../pipeline/evaluate/open-measures.ts';
import { explainerOptions } from '../pipeline/explainer-options.ts';
import type { Inference } from '../pipeline/inference/inference.ts';
import { ShardPipeline } from '../pipeline/pipeline.ts';
import { pipelineSettings } from '../pipeline/pipeline-settings.ts';
import type { PixelWork } from '../pipeline/pixels/pixel-work.ts';
import { RunStopped } from '../pipeline/run-stopped.ts';
import { DurableInference, type OpenInference } from './durable-inference.ts';
import { RunClosed } from './failures.ts';
import { fetchModel } from './fetch-model.ts';
import { readStoredRun } from './stored-run.ts';

/** What the runs of one worker share. */
export interface RunTools {
  worker: string;
  providers: NonNullable<ExplainerOptions['providers']>;
  threads: number | null;
  modelCache: string;
  pixels: PixelWork;
  openInference: OpenInference;
  onSettled(run: OpenRun, shard: Shard, records: readonly ImageRecord[], totals: RunTotals): void;
  onWarning(message: string): void;
}

interface RunParts {
  ledger: RunLedger;
  configuration: RunConfiguration;
  output: Store;
  input: Store;
  inference: Inference;
  classNames: string[] | null;
  measures: Measures;
  tools: RunTools;
}

/** Milliseconds to wait for the images of another shard before a short batch is run. */
const flushAfter = 30;

export class OpenRun {
  readonly ledger: RunLedger;
  readonly output: Store;
  readonly pipeline: ShardPipeline;
  readonly classNames: string[] | null;
  /** How many images may fail; null: all of them. */
  readonly maxFailures: MaxFailures | null;
  /** Images per session run. */
  readonly batchSize: number;
  readonly #input: Store;
  readonly #plan: PlanReader;
  readonly #inference: Inference;

  /** @throws UserError, InferenceError, StoreError: see `isPermanent` for what they mean */
  static async open(ledger: RunLedger, location: string, tools: RunTools): Promise<OpenRun> {
    const opened: { close(): Promise<void> }[] = [];
    try {
      const output = await openStore(location);
      opened.push(output);
      const { run, configuration, digests } = await readStoredRun(output);
      if (run !== ledger.run) {
        throw new UserError('damaged-output', `${location} holds run ${run}, not ${ledger.run}.`);
      }
      const classNames = await retryTransient(() => readPlanClasses(output));
      const input = await openInput(configuration);
      opened.push(input);
      const order = { location: configuration.model, digest: digests.model, run, cache: tools.modelCache };
      const model = await retryTransient(() => fetchModel(order));
      const inference = await openModel({ ...configuration, model }, classNames, tools);
      opened.push(inference);
      const chosen = await chosenByProducer(configuration, output);
      const measures = await openMeasures(configuration, chosen, classNames, tools.onWarning);
      return new OpenRun({ ledger, configuration, output, input, inference, classNames, measures, tools });
    } catch (error) {
      for (const part of opened.reverse()) await part.close();
      throw error;
    }
  }

  private constructor({ ledger, configuration, output, input, inference, classNames, measures, tools }: RunParts) {
    this.ledger = ledger;
    this.output = output;
    this.classNames = classNames;
    this.maxFailures = configuration.maxFailures === undefined ? null : parseMaxFailures(configuration.maxFailures);
    this.batchSize = inference.model.batchSize;
    this.#input = input;
    this.#inference = inference;
    this.#plan = new PlanReader(output, configuration.shardSize);
    this.pipeline = new ShardPipeline({
      read: readerOf(input),
      output,
      inference,
      pixels: tools.pixels,
      ...measures,
      flushAfter,
      ledger: {
        commit: async (shard, records) => {
          const commit = await commitShard(ledger, shard.number, records, tools.worker);
          if (commit.result === 'committed') tools.onSettled(this, shard, records, commit);
          else if (commit.result === 'not-in-plan') throw notInPlan(shard);
          else if (commit.result === 'no-such-run' || commit.result === 'run-not-running') throw new RunClosed(commit);
        },
      },
      settings: pipelineSettings(configuration, inference.model),
      className: (index) => classNames?.[index] ?? null,
    });
  }

  readShard(number: number): Promise<Shard> {
    return retryTransient(() => this.#plan.readShard(number));
  }

  /** Finishes what was submitted, and lets go of the model. */
  async close(): Promise<void> {
    await this.pipeline.close();
    await this.#inference.close();
    await Promise.all([this.#input.close(), this.output.close()]);
  }
}

/** Compiles the model and runs one batch of zeros, so that the first images do not wait for what is only made then. */
async function openModel(
  configuration: RunConfiguration,
  classNames: string[] | null,
  tools: RunTools,
): Promise<DurableInference> {
  const options = explainerOptions({ ...configuration, threads: tools.threads ?? configuration.threads }, classNames);
  const inference = await DurableInference.open(
    { ...options, providers: tools.providers },
    tools.openInference,
    tools.onWarning,
  );
  try {
    const { input, batchSize } = inference.model;
    const zeros = new Float32Array(batchSize * input.channels * input.height * input.width);
    await inference.explain(zeros, batchSize, new Int32Array(batchSize).fill(-1));
    return inference;
  } catch (error) {
    await inference.close();
    throw error;
  }
}

/** The input's store, as the producer listed it: keys of a list are relative to the list's folder. */
async function openInput({ input }: RunConfiguration): Promise<Store> {
  if (isImageList(input)) return new ListedStore(await openStore(splitLocation(input).folder));
  const single = !isS3Location(input) && hasImageSuffix(input);
  return openStore(single ? splitLocation(input).folder : input);
}

/** A bucket that refuses one image refuses them all; a file that cannot be read is that image's own trouble. */
function readerOf(input: Store): (key: string) => Promise<Buffer> {
  return async (key) => {
    try {
      return await input.get(key);
    } catch (error) {
      const refused = error instanceof StoreError && error.code === 'access-denied';
      if (!refused || !(isS3Location(input.location) || isS3Location(key))) throw error;
      throw new RunStopped(error.code, error.message, { cause: error });
    }
  };
}

function notInPlan({ number, images }: Shard): UserError {
  return new UserError(
    'damaged-output',
    `Shard ${number} of ${images.length} images is not one that the run was planned with. Start the run anew with another --output.`,
  );
}
