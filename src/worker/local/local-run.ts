import type { RunPlan } from '../../producer/plan.ts';
import { blankMapsText } from '../../shared/run/blank-maps.ts';
import type { RunConfiguration } from '../../shared/run/configuration.ts';
import { parseMaxFailures, tooManyFailures } from '../../shared/run/max-failures.ts';
import { adviceAtStart } from '../../shared/run/one-witness.ts';
import { type RunFile, type RunFileState, writeRunFile } from '../../shared/run/run-file.ts';
import type { Shard } from '../../shared/run/run-plan.ts';
import type { Store } from '../../shared/store/store.ts';
import type { Measures } from '../pipeline/evaluate/open-measures.ts';
import { runMerge } from '../pipeline/finish/run-merge.ts';
import type { Inference } from '../pipeline/inference/inference.ts';
import { layersFound } from '../pipeline/inference/inference-messages.ts';
import { levelsWarning } from '../pipeline/levels-warning.ts';
import { ShardPipeline } from '../pipeline/pipeline.ts';
import { pipelineSettings } from '../pipeline/pipeline-settings.ts';
import type { PixelWork } from '../pipeline/pixels/pixel-threads.ts';
import type { Provider } from '../pipeline/provider.ts';
import { RunStopped, stopOf } from '../pipeline/run-stopped.ts';
import { RunWarnings } from '../pipeline/run-warnings.ts';
import type { SettledImage } from '../pipeline/settled-image.ts';
import { FirstFailures } from './first-failures.ts';
import type { LocalLedger } from './local-ledger.ts';
import type { RunEvents, RunSummary } from './run-events.ts';
import type { RunProgress } from './run-progress.ts';

/** Milliseconds between two writes of run.json while the run goes. */
const runFileInterval = 10_000;

/** What a start works with; whoever opened it closes it. */
export interface LocalRunParts {
  configuration: RunConfiguration;
  plan: RunPlan;
  output: Store;
  ledger: LocalLedger;
  provider: Provider;
  inference: Inference;
  pixels: PixelWork;
  measures: Measures;
  progress: RunProgress;
  events: RunEvents;
}

/** One start of a run: begins shards until there are none left or it is told to stop, and keeps run.json up to date. */
export class LocalRun {
  readonly #parts: LocalRunParts;
  readonly #pipeline: ShardPipeline;
  readonly #warnings: RunWarnings;
  readonly #atHand = new Set<Promise<void>>();
  /** The latest write of run.json: one at a time, or an older state could overwrite a newer one. */
  #writing: Promise<void> = Promise.resolve();
  /** The first thing that went wrong, in a box because anything can be thrown. */
  #failure: { error: unknown } | null = null;
  #nextRunFile = performance.now() + runFileInterval;
  #shards = 0;

  constructor(parts: LocalRunParts) {
    this.#parts = parts;
    const { configuration, plan, ledger, inference, pixels, measures, progress, events } = parts;
    for (const warning of inference.model.warnings) progress.warn(warning);
    const warn = (message: string) => this.#warn(message);
    this.#warnings = new RunWarnings(inference.model.classCount, warn);
    this.#warnings.checkNames(plan.classNames);
    const failures = new FirstFailures(warn);
    const seeLevels = levelsWarning(configuration.preprocess.levels !== undefined, (message) =>
      events.onWarning(message),
    );
    this.#pipeline = new ShardPipeline({
      inference,
      ledger,
      images: (slots) =>
        pixels.openRun(
          {
            input: configuration.input,
            output: configuration.output,
            settings: pipelineSettings(configuration, inference.model),
            classNames: plan.classNames,
            refused: 'quarantine',
          },
          slots,
        ),
      ...measures,
      className: (index) => plan.classNames?.[index] ?? null,
      onRecord: (record, shard, place) => {
        progress.finish(record);
        if (record.status === 'quarantined') {
          events.onImageFailed?.({ run: progress.run, shard: shard.number, image: record.key, ...record.error });
        }
        seeLevels(record);
        failures.see(record, shard.number * configuration.shardSize + place);
        this.#warnings.see(record);
        events.onProgress(progress.finished);
      },
    });
  }

  async execute(signal: AbortSignal): Promise<RunSummary> {
    const { warnings, notices, total } = this.#parts.plan;
    for (const notice of notices) this.#parts.events.onNotice(notice);
    for (const warning of warnings) this.#parts.events.onWarning(warning);
    this.#parts.events.onPlan(total);
    this.#parts.events.onProvider(this.#parts.provider);
    this.#parts.events.onLayers(this.#parts.inference.model.layers);
    this.#parts.progress.found(layersFound(this.#parts.inference.model));
    this.#advise();
    let state: RunSummary['state'] = 'complete';
    try {
      await this.#write('running');
      state = await this.#takeShards(signal);
    } catch (error) {
      this.#fail(error);
    }
    await this.#pipeline.close();
    await Promise.all(this.#atHand);
    if (state === 'complete' && this.#failure === null) await this.#mergeScores().catch((error) => this.#fail(error));
    if (this.#failure === null) await this.#write(state).catch((error) => this.#fail(error));
    if (this.#failure !== null) return this.#stop(this.#failure.error);
    return this.#summary(state);
  }

  #advise(): void {
    const { configuration, plan, inference, events } = this.#parts;
    if (plan.multiLabel || plan.labelled === 0) return;
    const advice = adviceAtStart(configuration, inference.model.layers);
    if (advice !== null) events.onNotice(advice);
  }

  async #takeShards(signal: AbortSignal): Promise<RunSummary['state']> {
    let unseen = this.#parts.ledger.shards;
    for await (const shard of this.#parts.plan.shards) {
      this.#shards += 1;
      if (this.#parts.ledger.has(shard)) {
        unseen -= 1;
        this.#parts.progress.skip(await this.#parts.ledger.recordsOf(shard));
      } else {
        await this.#pipeline.ready();
        if (signal.aborted || this.#failure !== null) return 'interrupted';
        this.#submit(shard);
      }
    }
    if (unseen > 0) {
      this.#parts.events.onWarning(
        `${this.#parts.output.location} holds ${unseen} scores parts for which the input has no images any more.`,
      );
    }
    return 'complete';
  }

  async #mergeScores(): Promise<void> {
    const { configuration, plan, inference } = this.#parts;
    const { classNames } = plan;
    const merged = await runMerge({ output: configuration.output, shards: this.#shards, missing: [], classNames });
    this.#parts.progress.found({ ...layersFound(inference.model), ...merged.findings });
    for (const row of merged.findings.blankMaps ?? []) this.#parts.events.onWarning(blankMapsText(row));
    // An earlier start may have seen the first answers.
    const { said } = this.#warnings;
    if (!said.has('same-scores')) this.#warn(merged.signs['same-scores']);
    if (!said.has('shifted-labels')) this.#warn(merged.signs['shifted-labels']);
  }

  /** In run.json, too. */
  #warn(message: string | undefined): void {
    if (message === undefined) return;
    this.#parts.progress.warn(message);
    this.#parts.events.onWarning(message);
  }

  #submit(shard: Shard): void {
    const work: Promise<void> = this.#pipeline
      .submit(shard)
      .then(({ records }) => this.#committed(records))
      .catch((error) => this.#fail(error))
      .finally(() => this.#atHand.delete(work));
    this.#atHand.add(work);
  }

  async #committed(records: SettledImage[]): Promise<void> {
    this.#parts.progress.commit(records);
    this.#checkFailures();
    if (performance.now() < this.#nextRunFile) return;
    this.#nextRunFile = performance.now() + runFileInterval;
    await this.#write('running');
  }

  #checkFailures(): void {
    const { maxFailures } = this.#parts.configuration;
    if (maxFailures === undefined) return;
    const totals = { ...this.#parts.progress.committed, missing: 0, expected: this.#parts.plan.total };
    const excess = tooManyFailures(parseMaxFailures(maxFailures), totals);
    if (excess !== null) this.#fail(new RunStopped('too-many-failures', excess));
  }

  #write(state: RunFileState, error: RunFile['error'] = null): Promise<void> {
    const write = this.#writing.then(() =>
      writeRunFile(this.#parts.output, this.#parts.progress.runFile(state, error)),
    );
    this.#writing = write.catch(() => undefined);
    return write;
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
  }

  async #stop(cause: unknown): Promise<never> {
    const stopped = stopOf(cause);
    const { code, message } = stopped;
    // On a full disk this fails as well; the error at hand is the one that tells why.
    await this.#write('failed', { code, message }).catch(() => undefined);
    throw stopped;
  }

  #summary(state: RunSummary['state']): RunSummary {
    const { done, quarantined, labelled, failures } = this.#parts.progress.committed;
    return {
      run: this.#parts.progress.run,
      state,
      images: done + quarantined,
      done,
      quarantined,
      skipped: this.#parts.progress.skipped,
      failures,
      accuracy: this.#parts.progress.accuracy,
      labelled,
      imagesPerSecond: this.#parts.progress.imagesPerSecond,
      seconds: this.#parts.progress.seconds,
      output: this.#parts.configuration.output,
      ...this.#parts.progress.findings,
    };
  }
}
