/** A run that this worker works on: its model loaded and warm, its stores open, a pipeline running. */

import type { Precision } from '../../explain/options.ts';
import { UserError } from '../../explain/user-error.ts';
import type { RunLedger } from '../../shared/ledger/run-keys.ts';
import { commitShard } from '../../shared/ledger/settle-shard.ts';
import type { RunConfiguration } from '../../shared/run/configuration.ts';
import { type MaxFailures, parseMaxFailures } from '../../shared/run/max-failures.ts';
import { type PlanClasses, PlanReader, readPlanClasses } from '../../shared/run/plan-files.ts';
import type { Shard } from '../../shared/run/run-plan.ts';
import type { RunTotals } from '../../shared/run/tally.ts';
import { openStore } from '../../shared/store/open-store.ts';
import { retryTransient } from '../../shared/store/retry.ts';
import type { Store } from '../../shared/store/store.ts';
import type { Traces } from '../../shared/traces/traces.ts';
import { chosenByProducer, type Measures, openMeasures } from '../pipeline/evaluate/open-measures.ts';
import { explainerOptions } from '../pipeline/explainer-options.ts';
import { slotShape } from '../pipeline/image-slots.ts';
import { DurableInference, type OpenInference } from '../pipeline/inference/durable-inference.ts';
import type { Inference } from '../pipeline/inference/inference.ts';
import { lastLayerOf } from '../pipeline/inference/inference-messages.ts';
import { levelsWarning } from '../pipeline/levels-warning.ts';
import { fetchModel } from '../pipeline/model/fetch-model.ts';
import { ShardPipeline } from '../pipeline/pipeline.ts';
import { pipelineSettings } from '../pipeline/pipeline-settings.ts';
import type { PixelWork } from '../pipeline/pixels/pixel-threads.ts';
import type { Provider } from '../pipeline/provider.ts';
import { RunWarnings } from '../pipeline/run-warnings.ts';
import type { SettledImage } from '../pipeline/settled-image.ts';
import type { SlotMemory } from '../pipeline/slot-memory.ts';
import { timed } from '../pipeline/stage-watch.ts';
import { RunClosed } from './failures.ts';
import { checkPrecision } from './run-precision.ts';
import { readStoredRun } from './stored-run.ts';
import type { WorkerHealth } from './worker-health.ts';
import type { Where } from './worker-settings.ts';
import type { WorkerWatch } from './worker-watch.ts';

/** What the runs of one worker share. */
export interface RunTools {
  worker: string;
  provider: Provider;
  /** In which runs may be computed. */
  precisions: readonly Precision[];
  threads: number | null;
  modelCache: string;
  pixels: PixelWork;
  memory: SlotMemory;
  health: WorkerHealth;
  watch: WorkerWatch;
  traces: Traces | null;
  openInference: OpenInference;
  onSettled(run: OpenRun, shard: Shard, records: readonly SettledImage[], totals: RunTotals): void;
  onWarning(message: string, where: Where): void;
}

/** The same for one run, whose warnings say which it is. */
type OwnTools = Omit<RunTools, 'onWarning'> & { onWarning(message: string): void };

interface RunParts {
  ledger: RunLedger;
  configuration: RunConfiguration;
  output: Store;
  inference: Inference;
  classNames: string[] | null;
  measures: Measures;
  tools: OwnTools;
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
  /** What the layer `last` means; null where it is not hooked. */
  readonly lastLayer: string | null;
  readonly #plan: PlanReader;
  readonly #inference: Inference;

  /** @throws LeftToOthers; UserError, InferenceError, StoreError: see `isPermanent` for what they mean */
  static async open(ledger: RunLedger, location: string, shared: RunTools): Promise<OpenRun> {
    const tools = { ...shared, onWarning: (message: string) => shared.onWarning(message, { run: ledger.run }) };
    const opened: { close(): Promise<void> }[] = [];
    try {
      const output = await openStore(location);
      opened.push(output);
      const { run, configuration, digests } = await readStoredRun(output);
      if (run !== ledger.run) {
        throw new UserError('damaged-output', `${location} holds run ${run}, not ${ledger.run}.`);
      }
      checkPrecision(run, configuration, tools.precisions);
      const classes = await retryTransient(() => readPlanClasses(output));
      const classNames = classes === null ? null : [...classes.names];
      const order = { location: configuration.model, digest: digests.model, run, cache: tools.modelCache };
      const model = await retryTransient(() => fetchModel(order));
      const inference = await openModel({ ...configuration, model }, classes, tools);
      opened.push(inference);
      const chosen = await chosenByProducer(configuration, output);
      const measures = await openMeasures(configuration, chosen, classNames, tools.onWarning);
      return new OpenRun({ ledger, configuration, output, inference, classNames, measures, tools });
    } catch (error) {
      for (const part of opened.reverse()) await part.close();
      throw error;
    }
  }

  private constructor({ ledger, configuration, output, inference, classNames, measures, tools }: RunParts) {
    this.ledger = ledger;
    this.output = output;
    this.classNames = classNames;
    this.maxFailures = configuration.maxFailures === undefined ? null : parseMaxFailures(configuration.maxFailures);
    this.batchSize = inference.model.batchSize;
    this.lastLayer = lastLayerOf(inference.model).lastLayer ?? null;
    this.#inference = inference;
    this.#plan = new PlanReader(output, configuration.shardSize);
    const seeLevels = levelsWarning(configuration.preprocess.levels !== undefined, tools.onWarning);
    const warnings = new RunWarnings(inference.model.classCount, tools.onWarning);
    warnings.checkNames(classNames);
    this.pipeline = new ShardPipeline({
      inference,
      onRecord: (record) => {
        seeLevels(record);
        warnings.see(record);
      },
      images: (slots) =>
        tools.pixels.openRun(
          {
            input: configuration.input,
            output: output.location,
            settings: pipelineSettings(configuration, inference.model),
            classNames,
            refused: 'stop',
          },
          slots,
        ),
      ...measures,
      memory: tools.memory,
      flushAfter,
      ledger: {
        commit: async (shard, records) => {
          const count = () =>
            timed(tools.watch, 'ledger', () => commitShard(ledger, shard.number, records, tools.worker));
          const named = {
            'gradline.run': ledger.run,
            'gradline.shard': shard.number,
            'gradline.images': records.length,
          };
          const commit = await (tools.traces?.span('commit shard', named, count) ?? count());
          if (commit.result === 'committed') tools.onSettled(this, shard, records, commit);
          else if (commit.result === 'not-in-plan') throw notInPlan(shard);
          else if (commit.result === 'no-such-run' || commit.result === 'run-not-running') throw new RunClosed(commit);
        },
      },
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
    await this.output.close();
  }
}

/** Compiles the model and runs one batch of any pixels, so that the first images do not wait for what is only made then. */
async function openModel(
  configuration: RunConfiguration,
  classes: PlanClasses | null,
  tools: OwnTools,
): Promise<DurableInference> {
  const own = { ...configuration, threads: tools.threads ?? configuration.threads };
  const options = explainerOptions(own, classes, tools.provider);
  const inference = await DurableInference.open(options, tools.openInference, {
    onWarning: tools.onWarning,
    onDeath: 'restart',
  });
  try {
    const { batchSize } = inference.model;
    const slots = Array.from({ length: batchSize }, (_, slot) => slot);
    const places = tools.memory.take(slotShape(inference.model), batchSize);
    const { inputRows: example } = options;
    const inputRows = example === undefined ? {} : { inputRows: slots.map(() => example) };
    await inference.explain(places, { slots, labels: slots.map(() => -1), evaluate: [], ...inputRows });
    tools.memory.giveBack(places);
    return inference;
  } catch (error) {
    await inference.close();
    throw error;
  }
}

function notInPlan({ number, images }: Shard): UserError {
  return new UserError(
    'damaged-output',
    `Shard ${number} of ${images.length} images is not one that the run was planned with. Start the run anew with another --output.`,
  );
}
