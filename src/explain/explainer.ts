/** The library's front door: a classifier opened for explanation. */

import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { type CompiledOutputs, compile } from './compile.ts';
import type { Explanation, HookedLayer, LayerMaps, ModelInput } from './explanation.ts';
import { fuseMaps } from './fusion.ts';
import type { ResolvedLayer } from './layers/hooked-layers.ts';
import { sortMethods } from './methods/methods.ts';
import { RepeatedRuns } from './methods/repeated/repeated-runs.ts';
import { inputShape } from './onnx/sizes.ts';
import { blockedLayout, openModel } from './open-model.ts';
import type { ExplainerOptions, Fusion } from './options.ts';
import type { PreparedModel } from './prepare.ts';
import { floats, integers, padded } from './session-arrays.ts';
import { labelInput, parseTargets } from './target.ts';
import { UserError } from './user-error.ts';

export interface BatchOptions {
  /** Number of images in the batch, at most the compiled batch size. */
  count: number;
  /** Class index of each image for the target `label`, -1 for none; `[count]`. */
  labels?: Int32Array;
}

/**
 * A classifier with its hooks, compiled into one ONNX Runtime session. Hooks end with their owner:
 *
 *     await using explainer = await Explainer.open({ model: 'resnet34.onnx', layers: ['layer4'] });
 *     const { scores, maps } = await explainer.explain(pixels, { count: 8 });
 */
export class Explainer implements AsyncDisposable {
  readonly input: ModelInput;
  readonly layers: HookedLayer[];
  /** Images per session run; shorter batches are padded. */
  readonly batchSize: number;
  readonly classCount: number;
  readonly #outputs: CompiledOutputs;
  readonly #fuse: Fusion | undefined;
  readonly #running = new Set<Promise<Explanation>>();
  #session: InferenceSession | undefined;
  readonly #repeated: RepeatedRuns | undefined;

  private constructor(
    prepared: PreparedModel,
    outputs: CompiledOutputs,
    layers: readonly ResolvedLayer[],
    session: InferenceSession,
    repeated: RepeatedRuns | undefined,
    fuse: Fusion | undefined,
  ) {
    this.input = prepared.sizes.input;
    this.batchSize = prepared.sizes.batchSize;
    this.classCount = outputs.classCount;
    this.layers = layers.map(({ grid: { height, width, channels }, ...layer }) => ({
      ...layer,
      grid: { height, width, channels },
    }));
    this.#outputs = outputs;
    this.#session = session;
    this.#repeated = repeated;
    this.#fuse = fuse;
  }

  /**
   * Reads the model, hooks the layers, differentiates the graph and opens the session.
   * @throws UserError with a code that names the mistake: `model-not-found`, `not-onnx`, `unknown-layer`,
   * `no-spatial-grid`, `no-gradient-rule`, `no-cam-head`, `no-relu`, `nothing-to-fuse`, `unknown-target`, `unknown-class`, `session-failed`, ...
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
    const { prepared, layers, outputs, session } = await openModel(options, (model, resolved) =>
      compile(model, {
        layers: resolved,
        methods: methods.graph,
        scoreActivation: options.scoreActivation ?? 'auto',
        capture: options.capture ?? [],
        statistics: options.statistics ?? false,
        blockedLayout: blockedLayout(options),
        targets: (classCount) => parseTargets(options.targets ?? ['predicted'], classCount, options.classNames),
      }),
    );
    try {
      const repeated = methods.repeated.length === 0 ? undefined : await RepeatedRuns.open(options, methods.repeated);
      return new Explainer(prepared, outputs, layers, session, repeated, options.fuse);
    } catch (error) {
      await session.release();
      throw error;
    }
  }

  /**
   * Explains up to `batchSize` images.
   * @param batch preprocessed images in the model's layout (`input`), `[count, C, H, W]` or `[count, H, W, C]`; values
   * behind the `count` images are ignored
   * @throws RangeError for a count or a length that does not fit the batch; Error after `close`
   */
  async explain(batch: Float32Array, options: BatchOptions): Promise<Explanation> {
    const run = this.#explain(batch, options);
    this.#running.add(run);
    try {
      return await run;
    } finally {
      this.#running.delete(run);
    }
  }

  async #explain(batch: Float32Array, options: BatchOptions): Promise<Explanation> {
    const session = this.#session;
    if (session === undefined) throw new Error('This explainer has been closed.');
    const { count } = options;
    const dims = inputShape(this.input, this.batchSize);
    const perImage = dims.slice(1).reduce((a, b) => a * b, 1);
    if (!Number.isInteger(count) || count < 1 || count > this.batchSize || batch.length < count * perImage) {
      throw new RangeError(
        `A batch holds 1 to ${this.batchSize} images of ${perImage} values; got ${count} images in ${batch.length} values.`,
      );
    }
    const { Tensor } = await import('onnxruntime-node');
    const feeds: Record<string, Tensor> = {
      [this.input.name]: new Tensor('float32', padded(batch, count * perImage, this.batchSize * perImage), dims),
    };
    if (this.#outputs.usesLabels) {
      const labels = BigInt64Array.from({ length: this.batchSize }, (_, i) => BigInt(options.labels?.[i] ?? -1));
      feeds[labelInput] = new Tensor('int64', labels, [this.batchSize]);
    }
    const results = await session.run(feeds);
    const explanation = this.#read(results, count);
    const targets = this.#outputs.targets.map(({ name, classes, against }) => ({
      name,
      classes: integers(results, classes, count),
      against,
    }));
    const repeated = await this.#repeated?.explain(batch.subarray(0, count * perImage), count, targets);
    explanation.maps.push(...(repeated ?? []));
    if (this.#fuse !== undefined) {
      const layers = this.layers.map(({ layer }) => layer);
      explanation.maps.push(...fuseMaps(explanation.maps, layers, this.#fuse));
    }
    return explanation;
  }

  #read(results: InferenceSession.OnnxValueMapType, count: number): Explanation {
    const outputs = this.#outputs;
    const share = (tensor: string) => floats(results, tensor, count, this.batchSize);
    return {
      count,
      classCount: this.classCount,
      logits: share(outputs.logits),
      scores: share(outputs.scores),
      maps: outputs.maps.map(
        (m): LayerMaps => ({
          layer: m.layer.layer,
          method: m.method,
          target: m.target,
          classes: integers(results, m.classes, count),
          height: m.layer.grid.height,
          width: m.layer.grid.width,
          channels: m.layer.grid.channels,
          values: share(m.values),
          evidence: share(m.evidence),
          gradientPeak: share(m.peak),
          ...(m.layer.workingLayer === undefined ? {} : { workingLayer: m.layer.workingLayer }),
        }),
      ),
      captured: outputs.captured.map(({ layer, kind, target, shape, tensor }) => ({
        layer,
        kind,
        target,
        shape: [count, ...shape.slice(1)],
        values: share(tensor),
      })),
      statistics: outputs.statistics.map(({ layer, mean, standardDeviation, nearZero }) => ({
        layer,
        mean: share(mean),
        standardDeviation: share(standardDeviation),
        nearZero: share(nearZero),
      })),
    };
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
