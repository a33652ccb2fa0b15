/** Runs of a compiled session: a batch's images in, their explanation out. */

import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { truthInput, truthValues } from './append-wanted.ts';
import type { CompiledOutputs } from './compile.ts';
import type { Explanation, LayerMaps } from './explanation.ts';
import { rowFeeds } from './input-rows.ts';
import type { BatchTarget } from './methods/repeated/repeated-runs.ts';
import { type OtherInputs, runError } from './onnx/run-session.ts';
import { loadRuntime } from './onnx/runtime.ts';
import { type FixedSizes, inputShape } from './onnx/sizes.ts';
import type { BatchOptions, PixelScaling } from './options.ts';
import { isBanded, pixelInput } from './pixel-input.ts';
import { floats, integers, padded, slotFloats, slotIntegers } from './session-arrays.ts';

/** What one session run says of its images. */
export interface SessionRun {
  explanation: Explanation;
  targets: BatchTarget[];
}

export class CompiledSession {
  readonly #session: InferenceSession;
  readonly #outputs: CompiledOutputs;
  readonly #sizes: FixedSizes;
  readonly #pixels: PixelScaling | undefined;

  /** @param pixels set where the session takes samples instead of the model's own input */
  constructor(
    session: InferenceSession,
    outputs: CompiledOutputs,
    sizes: FixedSizes,
    pixels: PixelScaling | undefined,
  ) {
    this.#session = session;
    this.#outputs = outputs;
    this.#sizes = sizes;
    this.#pixels = pixels;
  }

  get batchSize(): number {
    return this.#sizes.batchSize;
  }

  /**
   * @param pixels of `count` images, at most as many as the session takes
   * @param options that the explainer has checked
   * @throws TypeError, RangeError, UserError as `Explainer.explain`
   */
  async run(pixels: Float32Array | Uint8Array, options: BatchOptions): Promise<SessionRun> {
    const { Tensor } = await loadRuntime();
    const { count } = options;
    const { batchSize: atOnce, rows } = this.#sizes;
    const outputs = this.#outputs;
    const feeds = {
      ...(await this.#feed(pixels, (pixels.length / count) * atOnce)),
      ...(await rowFeeds(rows, options.inputRows ?? [], atOnce)),
    };
    for (const name of outputs.classInputs) {
      const labels = BigInt64Array.from({ length: atOnce }, (_, i) => BigInt(options.labels?.[i] ?? -1));
      feeds[name] = new Tensor('int64', labels, [atOnce]);
    }
    if (outputs.usesTruth) {
      feeds[truthInput] = new Tensor('float32', this.#truthOf(options), [atOnce, outputs.classCount]);
    }
    const results = await this.#session.run(feeds).catch((error: unknown) => {
      throw rows.length === 0 ? error : runError(error, this.#given(options));
    });
    const targets = outputs.targets.map(({ name, against, ...target }) => {
      return { name, classes: this.#classesOf(results, target, count), against };
    });
    return { explanation: this.#read(results, count), targets };
  }

  /** Inputs beside the picture; with their values where a single image has some. */
  #given({ count, inputRows }: BatchOptions): OtherInputs {
    return new Map(this.#sizes.rows.map(({ name }) => [name, count === 1 ? inputRows?.[0]?.[name] : undefined]));
  }

  /** What is true of each image; places behind the last image want nothing explained. */
  #truthOf({ count, truth }: BatchOptions): Float32Array {
    const { classCount } = this.#outputs;
    return Float32Array.from({ length: this.#sizes.batchSize * classCount }, (_, i) =>
      i < count * classCount ? (truth?.[i] ?? truthValues.unknown) : truthValues.none,
    );
  }

  #classesOf(
    results: InferenceSession.OnnxValueMapType,
    { classes, slot }: { classes: string; slot?: number },
    count: number,
  ): Int32Array {
    if (slot === undefined) return integers(results, classes, count);
    return slotIntegers(results, classes, slot, count, this.#sizes.batchSize);
  }

  /** The batch as the session's input, padded where it is short. */
  async #feed(batch: Float32Array | Uint8Array, whole: number): Promise<Record<string, Tensor>> {
    const { Tensor } = await loadRuntime();
    const { input, batchSize } = this.#sizes;
    if (this.#pixels === undefined && batch instanceof Float32Array) {
      return { [input.name]: new Tensor('float32', padded(batch, whole), inputShape(input, batchSize)) };
    }
    if (this.#pixels !== undefined && isBanded(input) && batch instanceof Float32Array) {
      const shape = [batchSize, input.height, input.width, input.channels];
      return { [pixelInput]: new Tensor('float32', padded(batch, whole), shape) };
    }
    if (this.#pixels !== undefined && !isBanded(input) && batch instanceof Uint8Array) {
      return {
        [pixelInput]: new Tensor('uint8', padded(batch, whole), [batchSize, input.height, input.width, 3]),
      };
    }
    throw new TypeError(
      'An explainer that is opened with `pixels` takes a Uint8Array, for a model of one or three channels; else a Float32Array.',
    );
  }

  #read(results: InferenceSession.OnnxValueMapType, count: number): Explanation {
    const outputs = this.#outputs;
    const share = (tensor: string) => floats(results, tensor, count, this.#sizes.batchSize);
    return {
      count,
      classCount: outputs.classCount,
      logits: share(outputs.logits),
      scores: share(outputs.scores),
      maps: outputs.maps.map((m): LayerMaps => {
        const { slot } = m;
        const own =
          slot === undefined ? share : (name: string) => slotFloats(results, name, slot, count, this.#sizes.batchSize);
        return {
          layer: m.layer.layer,
          method: m.method,
          target: m.target,
          classes: this.#classesOf(results, m, count),
          height: m.layer.grid.height,
          width: m.layer.grid.width,
          channels: m.layer.grid.channels,
          values: own(m.values),
          evidence: own(m.evidence),
          gradientPeak: own(m.peak),
          ...(m.layer.workingLayer === undefined ? {} : { workingLayer: m.layer.workingLayer }),
        };
      }),
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

  release(): Promise<void> {
    return this.#session.release();
  }
}
