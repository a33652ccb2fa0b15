/** The library's front door: a classifier opened for explanation. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { type CompiledOutputs, compile } from './compile.ts';
import type { Explanation, HookedLayer, LayerMaps, ModelInput } from './explanation.ts';
import { lastGridTensor, lastLayer, resolveTensors, withGrids } from './layers/hooked-layers.ts';
import { writeModel } from './onnx/model-file.ts';
import { openSession } from './onnx/session.ts';
import { inputShape } from './onnx/sizes.ts';
import type { ExplainerOptions } from './options.ts';
import { type PreparedModel, prepare, readSource, type SourceModel } from './prepare.ts';
import { labelInput, parseTargets } from './target.ts';
import { UserError } from './user-error.ts';

const defaultBatchSize = 8;

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
  readonly #running = new Set<Promise<Explanation>>();
  #session: InferenceSession | undefined;

  private constructor(
    prepared: PreparedModel,
    outputs: CompiledOutputs,
    layers: HookedLayer[],
    session: InferenceSession,
  ) {
    this.input = prepared.sizes.input;
    this.batchSize = prepared.sizes.batchSize;
    this.classCount = outputs.classCount;
    this.layers = layers;
    this.#outputs = outputs;
    this.#session = session;
  }

  /**
   * Reads the model, hooks the layers, differentiates the graph and opens the session.
   * @throws UserError with a code that names the mistake: `model-not-found`, `not-onnx`, `unknown-layer`,
   * `no-spatial-grid`, `no-gradient-rule`, `no-cam-head`, `unknown-target`, `unknown-class`, `session-failed`, ...
   */
  static async open(options: ExplainerOptions): Promise<Explainer> {
    if (options.layers.length === 0) {
      throw new UserError('no-layers', "No layer was given. 'last' means the last layer with a spatial grid.");
    }
    const folder = await mkdtemp(path.join(tmpdir(), 'gradline-'));
    try {
      const source = await readSource(options.model, folder);
      const { prepared, tensors } = await prepareWithHooks(source, options, folder);
      const layers = withGrids(tensors, prepared);
      const providers = options.providers ?? ['cpu'];
      const { model, outputs } = compile(prepared, {
        layers,
        methods: options.methods ?? ['grad-cam'],
        scoreActivation: options.scoreActivation ?? 'auto',
        capture: options.capture ?? [],
        statistics: options.statistics ?? false,
        blockedLayout: options.blockedLayout ?? (providers[0] === 'cpu' && process.arch === 'x64'),
        targets: (classCount) => parseTargets(options.targets ?? ['predicted'], classCount, options.classNames),
      });
      const file = path.join(prepared.folder, 'explained.onnx');
      await writeModel(model, file);
      const session = await openSession(file, 'open the model with its gradients', {
        graphOptimizationLevel: 'all',
        executionProviders: providers,
        ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
      });
      const hooked = layers.map(({ layer, tensor, shape, grid: { height, width, channels } }) => ({
        layer,
        tensor,
        shape,
        grid: { height, width, channels },
      }));
      return new Explainer(prepared, outputs, hooked, session);
    } finally {
      await rm(folder, { recursive: true, force: true });
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
      [this.input.name]: new Tensor('float32', fill(batch, count * perImage, this.batchSize * perImage), dims),
    };
    if (this.#outputs.usesLabels) {
      const labels = BigInt64Array.from({ length: this.batchSize }, (_, i) => BigInt(options.labels?.[i] ?? -1));
      feeds[labelInput] = new Tensor('int64', labels, [this.batchSize]);
    }
    return this.#read(await session.run(feeds), count);
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
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Hooked tensors are pinned before simplification; `last` can only be found after one. */
async function prepareWithHooks(
  source: SourceModel,
  options: ExplainerOptions,
  folder: string,
): Promise<{ prepared: PreparedModel; tensors: ReadonlyMap<string, string> }> {
  const requested = {
    batchSize: options.batchSize ?? defaultBatchSize,
    ...(options.inputSize === undefined ? {} : { inputSize: options.inputSize }),
  };
  const named = resolveTensors(options.layers, source);
  const first = await prepare(source, requested, [...named.values()], folder);
  if (!options.layers.includes(lastLayer)) return { prepared: first, tensors: named };
  const last = lastGridTensor(first, source);
  const tensors = new Map(options.layers.map((layer) => [layer, named.get(layer) ?? last] as const));
  return { prepared: await prepare(source, requested, [...tensors.values()], folder), tensors };
}

/** The batch as the session takes it: padded with zeros where it is short. */
function fill(batch: Float32Array, used: number, whole: number): Float32Array {
  if (used === whole) return batch.length === whole ? batch : batch.subarray(0, whole);
  const padded = new Float32Array(whole);
  padded.set(batch.subarray(0, used));
  return padded;
}

/** The part of an output `[N, ...]` that belongs to the first `count` images. */
function floats(
  results: InferenceSession.OnnxValueMapType,
  name: string,
  count: number,
  batchSize: number,
): Float32Array {
  const data = results[name]?.data;
  if (!(data instanceof Float32Array)) throw new TypeError(`The session returned no float32 tensor '${name}'.`);
  return count === batchSize ? data : data.subarray(0, (data.length / batchSize) * count);
}

function integers(results: InferenceSession.OnnxValueMapType, name: string, count: number): Int32Array {
  const data = results[name]?.data;
  if (!(data instanceof BigInt64Array)) throw new TypeError(`The session returned no int64 tensor '${name}'.`);
  return Int32Array.from({ length: count }, (_, i) => Number(data[i]));
}
