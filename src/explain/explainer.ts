/** The library's front door: a classifier opened for explanation. */

import { scoreActivationOf, softmaxDoubt, thresholdsByClass } from './class-decisions.ts';
import { namesOf } from './class-names.ts';
import { type CompiledOutputs, type CompileRequest, compile } from './compile.ts';
import { CompiledSession, type SessionRun } from './compiled-session.ts';
import type { Explanation, HookedLayer, MapShape, ModelInput } from './explanation.ts';
import { fusedShapes, fuseMaps } from './fusion.ts';
import { halfGradientScale } from './half-precision.ts';
import { rowFeeds } from './input-rows.ts';
import { sortMethods } from './methods/methods.ts';
import { RepeatedRuns } from './methods/repeated/repeated-runs.ts';
import type { RowInput } from './onnx/second-inputs.ts';
import { inputShape } from './onnx/sizes.ts';
import { defaultBatchSize, gateForm, type OpenedModel, openModel } from './open-model.ts';
import type { BatchOptions, ExplainerOptions, Fusion, PixelScaling } from './options.ts';
import { sampleCount, scaledPixels } from './pixel-input.ts';
import { chosenPrecision, firstProvider } from './precision.ts';
import { groupBatch, inPlaces, sweepGroupSize, sweepGroups } from './sweep-groups.ts';
import { parseTargets } from './target.ts';
import { UserError } from './user-error.ts';
import { takeWanted } from './wanted-classes.ts';

/**
 * A classifier with its hooks, compiled into one ONNX Runtime session. Hooks end with their owner:
 *
 *     await using explainer = await Explainer.open({ model: 'resnet34.onnx', layers: ['layer4'] });
 *     const { scores, maps } = await explainer.explain(pixels, { count: 8 });
 */
export class Explainer implements AsyncDisposable {
  readonly input: ModelInput;
  readonly layers: HookedLayer[];
  /** Images that are explained together; shorter batches are padded. */
  readonly batchSize: number;
  readonly classCount: number;
  /** With `thresholds`: the score from which each class is decided, by index. */
  readonly thresholds: readonly number[] | null;
  /** What each explanation's `maps` will be, in their order. */
  readonly maps: MapShape[];
  /** What to know of the model before its maps are believed, in words; empty where nothing was found. */
  readonly warnings: readonly string[];
  readonly #outputs: CompiledOutputs;
  readonly #fuse: Fusion | undefined;
  readonly #running = new Set<Promise<Explanation>>();
  /** With `thresholds`, on a CPU, it takes fewer images than are explained together. */
  #session: CompiledSession | undefined;
  readonly #repeated: RepeatedRuns | undefined;
  readonly #pixels: PixelScaling | undefined;
  readonly #rows: readonly RowInput[];

  private constructor(
    { prepared, outputs, layers, session, warnings }: OpenedModel<CompiledOutputs>,
    repeated: RepeatedRuns | undefined,
    { fuse, pixels, thresholds, batchSize = defaultBatchSize }: ExplainerOptions,
  ) {
    this.warnings = warnings;
    this.input = prepared.sizes.input;
    this.batchSize = prepared.sizes.batchFree ? batchSize : prepared.sizes.batchSize;
    this.classCount = outputs.classCount;
    this.thresholds = thresholds === undefined ? null : thresholdsByClass(thresholds, outputs.classCount);
    this.layers = layers.map(({ grid: { height, width, channels }, ...layer }) => ({
      ...layer,
      grid: { height, width, channels },
    }));
    this.#outputs = outputs;
    this.#session = new CompiledSession(session, outputs, prepared.sizes, pixels);
    this.#repeated = repeated;
    this.#fuse = fuse;
    this.#pixels = pixels;
    this.#rows = prepared.sizes.rows;
    this.maps = this.#shapes();
  }

  /**
   * Reads the model, hooks the layers, differentiates the graph and opens the session.
   * @throws UserError with a code that names the mistake: `model-not-found`, `not-onnx`, `unknown-layer`,
   * `no-spatial-grid`, `no-gradient-rule`, `no-cam-head`, `no-relu`, `nothing-to-fuse`, `unknown-target`, `unknown-class`, `bad-thresholds`, `unsupported-precision`, `session-failed`, ...
   */
  static async open(options: ExplainerOptions): Promise<Explainer> {
    if (options.layers.length === 0) {
      throw new UserError('no-layers', "No layer was given. 'last' means the last layer with a spatial grid.");
    }
    if (options.fuse !== undefined && new Set(options.layers).size === 1) {
      throw new UserError(
        'nothing-to-fuse',
        `Fusion makes one map of several layers' maps, and only '${options.layers[0]}' is listed. List another layer, or leave --fuse out.`,
      );
    }
    const methods = sortMethods(options.methods ?? ['grad-cam']);
    const opened = await openModel(inSweepGroups(options), (model, resolved) => {
      return compile(model, {
        layers: resolved,
        methods: methods.graph,
        scoreActivation: scoreActivationOf(options, model.score),
        capture: options.capture ?? [],
        statistics: options.statistics ?? false,
        gates: gateForm(options),
        gradientScale: chosenPrecision(options) === 'float16' ? halfGradientScale : 1,
        pixels: options.pixels,
        ...targetsOf(options),
      });
    });
    const doubt = softmaxDoubt(options, opened.prepared.score, 'image');
    if (doubt !== null) opened.warnings.push(doubt);
    try {
      const repeated = methods.repeated.length === 0 ? undefined : await RepeatedRuns.open(options, methods.repeated);
      return new Explainer(opened, repeated, options);
    } catch (error) {
      await opened.session.release();
      throw error;
    }
  }

  /**
   * Explains up to `batchSize` images.
   * @param batch preprocessed images in the model's layout (`input`), `[count, C, H, W]` or `[count, H, W, C]`; opened with `pixels`:
   * pictures as bytes, `[count, H, W, 3]`, or as float32 `[count, H, W, C]` where the model has other than one or three channels. Values behind the `count` images are ignored
   * @throws TypeError for floats where bytes were announced, or bytes where they were not; RangeError for a count, a length or rows that do not fit the batch;
   * UserError `wrong-input-value`; Error after `close`
   */
  async explain(batch: Float32Array | Uint8Array, options: BatchOptions): Promise<Explanation> {
    const run = this.#explain(batch, options);
    this.#running.add(run);
    try {
      return await run;
    } finally {
      this.#running.delete(run);
    }
  }

  async #explain(batch: Float32Array | Uint8Array, options: BatchOptions): Promise<Explanation> {
    const session = this.#session;
    if (session === undefined) throw new Error('This explainer has been closed.');
    const { count } = options;
    const perImage =
      this.#pixels === undefined ? inputShape(this.input, 1).reduce((a, b) => a * b) : sampleCount(this.input);
    if (!Number.isInteger(count) || count < 1 || count > this.batchSize || batch.length < count * perImage) {
      throw new RangeError(
        `A batch holds 1 to ${this.batchSize} images of ${perImage} values; got ${count} images in ${batch.length} values.`,
      );
    }
    const given = batch.subarray(0, count * perImage);
    if (this.#rows.length > 0 && options.inputRows?.length !== count) throw this.#wrongRows(options);
    this.#checkTruth(options);
    const { explanation, targets } = await this.#runInGroups(session, given, options);
    if (this.#repeated !== undefined) {
      const rows = await rowFeeds(this.#rows, options.inputRows ?? [], this.batchSize);
      explanation.maps.push(...(await this.#repeated.explain(this.#floats(given), count, targets, rows)));
    }
    if (this.#fuse !== undefined) {
      const layers = this.layers.map(({ layer }) => layer);
      explanation.maps.push(...fuseMaps(explanation.maps, layers, this.#fuse));
    }
    return { ...explanation, maps: this.#withResolved(explanation.maps) };
  }

  /** @param pixels of `count` images */
  async #runInGroups(
    session: CompiledSession,
    pixels: Float32Array | Uint8Array,
    options: BatchOptions,
  ): Promise<SessionRun> {
    if (options.count <= session.batchSize) return session.run(pixels, options);
    const groups = sweepGroups(options, this.classCount, session.batchSize);
    const runs: SessionRun[] = [];
    for (const places of groups) {
      const group = groupBatch(pixels, options, places, this.classCount);
      runs.push(await session.run(group.pixels, group.options));
    }
    return inPlaces(runs, groups);
  }

  #checkTruth({ count, truth }: BatchOptions): void {
    const { classCount } = this;
    if (truth !== undefined && truth.length < count * classCount) {
      throw new RangeError(
        `What is true of ${count} images takes ${count * classCount} values, one for each class; got ${truth.length}.`,
      );
    }
  }

  #wrongRows({ count, inputRows = [] }: BatchOptions): RangeError {
    const names = this.#rows.map(({ name }) => `'${name}'`).join(', ');
    return new RangeError(`Each of the ${count} images needs values for ${names}; got ${inputRows.length} inputRows.`);
  }

  /** What the model itself is given, for methods that change it. */
  #floats(batch: Float32Array | Uint8Array): Float32Array {
    if (this.#pixels === undefined && batch instanceof Float32Array) return batch;
    if (this.#pixels === undefined) throw new TypeError('Bytes need the `pixels` that say what they mean.');
    return scaledPixels(batch, this.#pixels, this.input);
  }

  #shapes(): MapShape[] {
    const appended = this.#outputs.maps.map(({ layer, method, target }): MapShape => {
      const { height, width, channels } = layer.grid;
      const { workingLayer } = layer;
      return {
        layer: layer.layer,
        method,
        target,
        height,
        width,
        channels,
        ...(workingLayer === undefined ? {} : { workingLayer }),
      };
    });
    const targets = this.#outputs.targets.map(({ name }) => name);
    const maps = [...appended, ...(this.#repeated?.shapes(targets) ?? [])];
    const layers = this.layers.map(({ layer }) => layer);
    return this.#withResolved(this.#fuse === undefined ? maps : [...maps, ...fusedShapes(maps, layers)]);
  }

  /** The same maps; those of `last` say which layer that is. */
  #withResolved<Shape extends MapShape>(maps: readonly Shape[]): Shape[] {
    const resolved = new Map(this.layers.map(({ layer, resolvedLayer }) => [layer, resolvedLayer]));
    return maps.map((map) => {
      const resolvedLayer = resolved.get(map.layer);
      return resolvedLayer === undefined ? map : { ...map, resolvedLayer };
    });
  }

  /** Waits for batches under way, then frees the session and its buffers. Closing twice is harmless. */
  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await Promise.allSettled(this.#running);
    await session?.release();
    await this.#repeated?.close();
  }

  /** Closes at the end of an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Where each image has its own classes, a CPU is given a few images at once. */
function inSweepGroups(options: ExplainerOptions): ExplainerOptions {
  if (options.thresholds === undefined || firstProvider(options.providers) !== 'cpu') return options;
  return { ...options, batchSize: Math.min(options.batchSize ?? defaultBatchSize, sweepGroupSize) };
}

function targetsOf(options: ExplainerOptions): Pick<CompileRequest, 'targets' | 'wanted'> {
  const { targets = ['predicted'], thresholds } = options;
  if (thresholds === undefined) {
    return { targets: (classCount) => parseTargets(targets, classCount, namesOf(options)) };
  }
  return {
    targets: (classCount) => parseTargets(takeWanted(targets, classCount).others, classCount, namesOf(options)),
    wanted: (classCount) => {
      const { wanted } = takeWanted(targets, classCount);
      const own = thresholdsByClass(thresholds, classCount);
      return wanted === null ? null : { classes: wanted, thresholds: own };
    },
  };
}
