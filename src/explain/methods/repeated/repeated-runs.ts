/** Methods that run the model several times, with the sessions that they ask. */

import type { Tensor as OnnxTensor } from 'onnxruntime-node';
import type { LayerMaps, ModelInput } from '../../explanation.ts';
import { inputLayer, type ResolvedLayer } from '../../layers/hooked-layers.ts';
import { inputShape } from '../../onnx/sizes.ts';
import { blockedLayout, type OpenedModel, openModel } from '../../open-model.ts';
import type { ExplainerOptions, RepeatedMethodName } from '../../options.ts';
import { floats, padded } from '../../session-arrays.ts';
import { labelInput } from '../../target.ts';
import { repeatedMethods } from '../methods.ts';
import type { LayerProbe, Probe, RepeatedMaps, Share } from './probe.ts';
import { compileForward, compileGradients, type ForwardOutputs } from './probe-models.ts';

/** A target of one batch, as the first run found it. */
export interface BatchTarget {
  name: string;
  /** Class of each image, `[count]`; -1 for none. */
  classes: Int32Array;
  /** The class that it is compared with. */
  against: number | undefined;
}

type Gradients = OpenedModel<{ gradients: string }>;
type Forward = OpenedModel<ForwardOutputs>;

/** How much of which layer is kept. */
interface Kept {
  layer: ResolvedLayer;
  share: Share;
}

export class RepeatedRuns {
  readonly #methods: readonly RepeatedMethodName[];
  readonly #gradients: Gradients | undefined;
  readonly #forward: Forward | undefined;

  private constructor(
    methods: readonly RepeatedMethodName[],
    gradients: Gradients | undefined,
    forward: Forward | undefined,
  ) {
    this.#methods = methods;
    this.#gradients = gradients;
    this.#forward = forward;
  }

  /** Opens the sessions that the methods need: at most two. */
  static async open(options: ExplainerOptions, methods: readonly RepeatedMethodName[]): Promise<RepeatedRuns> {
    const isWanted = (at: 'input' | 'layers') => methods.some((name) => repeatedMethods[name].at === at);
    const layout = { blockedLayout: blockedLayout(options) };
    const gradients = isWanted('input')
      ? await openModel(options, (prepared) => compileGradients(prepared, layout))
      : undefined;
    try {
      const forward = isWanted('layers')
        ? await openModel(options, (prepared, layers) => compileForward(prepared, layers, layout))
        : undefined;
      return new RepeatedRuns(methods, gradients, forward);
    } catch (error) {
      await gradients?.session.release();
      throw error;
    }
  }

  /**
   * Maps of each target, layer by layer in the order of the methods; those over the pixels follow.
   * @param pixels `[count, ...]` in the model's layout
   */
  async explain(pixels: Float32Array, count: number, targets: readonly BatchTarget[]): Promise<LayerMaps[]> {
    const maps: LayerMaps[] = [];
    const forward = this.#forward;
    const first = forward && (await runForward(forward, pixels, count));
    for (const target of targets) {
      for (const { layer, activations } of first?.layers ?? []) {
        for (const name of this.#methods) {
          const method = repeatedMethods[name];
          if (method.at !== 'layers' || forward === undefined) continue;
          const probe: LayerProbe = {
            ...this.#probe(forward, pixels, count, target),
            grid: layer.grid,
            activations,
            scoresKeeping: async (share) =>
              scoresOf(await runForward(forward, pixels, count, { layer, share }), target, count),
          };
          maps.push(describe(layer, name, target, await method.explain(probe), activations));
        }
      }
      for (const name of this.#methods) {
        const method = repeatedMethods[name];
        if (method.at !== 'input' || this.#gradients === undefined) continue;
        const found = await method.explain(this.#probe(this.#gradients, pixels, count, target));
        const { input } = this.#gradients.prepared.sizes;
        maps.push(
          describe({ layer: inputLayer, grid: input }, name, target, found, channelsFirst(pixels, input, count)),
        );
      }
    }
    return maps;
  }

  #probe(
    { prepared }: { prepared: Gradients['prepared'] },
    pixels: Float32Array,
    count: number,
    target: BatchTarget,
  ): Probe {
    return {
      input: prepared.sizes.input,
      count,
      pixels,
      gradients: (changed) => this.#gradientsOf(changed, count, target),
      scores: async (changed) => {
        if (this.#forward === undefined) throw new Error('No method of layers was listed.');
        return scoresOf(await runForward(this.#forward, changed, count), target, count);
      },
    };
  }

  async #gradientsOf(pixels: Float32Array, count: number, { classes, against }: BatchTarget): Promise<Float32Array> {
    if (this.#gradients === undefined) throw new Error('No method over the pixels was listed.');
    const own = await runGradients(this.#gradients, pixels, classes, count);
    if (against === undefined) return own;
    const other = await runGradients(this.#gradients, pixels, new Int32Array(count).fill(against), count);
    return own.map((value, i) => value - (other[i] ?? 0));
  }

  async close(): Promise<void> {
    await this.#gradients?.session.release();
    await this.#forward?.session.release();
  }
}

async function pixelFeed({ prepared }: { prepared: Gradients['prepared'] }, pixels: Float32Array, count: number) {
  const { Tensor } = await import('onnxruntime-node');
  const { input, batchSize } = prepared.sizes;
  const whole = (pixels.length / count) * batchSize;
  const feeds: Record<string, OnnxTensor> = {
    [input.name]: new Tensor('float32', padded(pixels, pixels.length, whole), inputShape(input, batchSize)),
  };
  return { feeds, Tensor, batchSize };
}

async function runGradients(opened: Gradients, pixels: Float32Array, classes: Int32Array, count: number) {
  const { feeds, Tensor, batchSize } = await pixelFeed(opened, pixels, count);
  const labels = BigInt64Array.from({ length: batchSize }, (_, i) => BigInt(classes[i] ?? -1));
  feeds[labelInput] = new Tensor('int64', labels, [batchSize]);
  return floats(await opened.session.run(feeds), opened.outputs.gradients, count, batchSize);
}

async function runForward(opened: Forward, pixels: Float32Array, count: number, part?: Kept) {
  const { feeds, Tensor, batchSize } = await pixelFeed(opened, pixels, count);
  for (const { layer, keep, keepShape } of opened.outputs.layers) {
    const share: Share = part !== undefined && layer.tensor === part.layer.tensor ? part.share : () => 1;
    feeds[keep] ??= new Tensor('float32', keptShares(layer, share), keepShape);
  }
  const results = await opened.session.run(feeds);
  return {
    logits: floats(results, opened.outputs.logits, count, batchSize),
    layers: opened.outputs.layers.map(({ layer, activations }) => ({
      layer,
      activations: floats(results, activations, count, batchSize),
    })),
  };
}

/** What is kept of one image's layer, in the layer's layout. */
function keptShares({ shape, grid }: ResolvedLayer, share: Share): Float32Array {
  const { layout, channels, height, width, prefix } = grid;
  const size = shape.slice(1).reduce((a, b) => a * b, 1);
  const cells = height * width;
  return Float32Array.from({ length: size }, (_, i) => {
    if (layout === 'NCHW') return share(Math.floor(i / cells), i % cells);
    const cell = Math.floor(i / channels) - prefix;
    return share(i % channels, cell < cells ? Math.max(cell, -1) : -1);
  });
}

/** Each image's logit for the target, less that of the class that it is compared with; 0 without a class. */
function scoresOf(
  { logits }: { logits: Float32Array },
  { classes, against }: BatchTarget,
  count: number,
): Float32Array {
  const classCount = logits.length / count;
  return Float32Array.from({ length: count }, (_, image) => {
    const own = classes[image] ?? -1;
    const logit = (index: number) => logits[image * classCount + index] ?? 0;
    return own < 0 ? 0 : logit(own) - (against === undefined ? 0 : logit(against));
  });
}

function describe(
  {
    layer,
    grid: { height, width, channels },
  }: { layer: string; grid: { height: number; width: number; channels: number } },
  method: RepeatedMethodName,
  { name, classes }: BatchTarget,
  { values, peak }: RepeatedMaps,
  activations: Float32Array,
): LayerMaps {
  const cells = height * width;
  // Where an image has no such target there is nothing to explain.
  classes.forEach((index, image) => {
    if (index < 0) values.fill(0, image * cells, (image + 1) * cells);
  });
  const evidence = evidenceOf(values, activations, classes.length, channels, cells);
  return { layer, method, target: name, classes, height, width, channels, values, evidence, gradientPeak: peak };
}

/** Mean of the activations `[count, channels, cells]` weighted by the positive part of the map, `[count, channels]`. */
function evidenceOf(map: Float32Array, activations: Float32Array, count: number, channels: number, cells: number) {
  return Float32Array.from({ length: count * channels }, (_, row) => {
    const weights = map.subarray(Math.floor(row / channels) * cells);
    let [total, sum] = [0, 0];
    for (let cell = 0; cell < cells; cell++) {
      const weight = Math.max(weights[cell] ?? 0, 0);
      total += weight;
      sum += weight * (activations[row * cells + cell] ?? 0);
    }
    return total > 0 ? sum / total : 0;
  });
}

/** Pixels as a layer's activations: `[count, channels, cells]`. */
function channelsFirst(
  pixels: Float32Array,
  { layout, channels, height, width }: ModelInput,
  count: number,
): Float32Array {
  if (layout === 'NCHW') return pixels;
  const cells = height * width;
  return Float32Array.from({ length: count * channels * cells }, (_, i) => {
    const [image, channel, cell] = [Math.floor(i / (channels * cells)), Math.floor(i / cells) % channels, i % cells];
    return pixels[(image * cells + cell) * channels + channel] ?? 0;
  });
}
