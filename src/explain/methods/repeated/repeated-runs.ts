/** Methods that run the model several times, with the sessions that they ask. */

import type { InferenceSession } from 'onnxruntime-node';
import { at } from '../../at.ts';
import type { LayerMaps, MapShape, ModelInput } from '../../explanation.ts';
import { inputLayer, type ResolvedLayer } from '../../layers/hooked-layers.ts';
import { gateForm, openModel } from '../../open-model.ts';
import type { ExplainerOptions, RepeatedMethodName } from '../../options.ts';
import type { PreparedModel } from '../../prepare.ts';
import { repeatedMethods } from '../methods.ts';
import { compileHead, cutBehind, type HeadOutputs } from './head-model.ts';
import type { LayerProbe, Probe, RepeatedMaps } from './probe.ts';
import { compileForward, compileGradients } from './probe-models.ts';
import {
  type Batch,
  type Forward,
  type Gradients,
  type Head,
  runForward,
  runGradients,
  runHead,
} from './probe-runs.ts';

/** A target of one batch, as the first run found it. */
export interface BatchTarget {
  name: string;
  /** Class of each image, `[count]`; -1 for none. */
  classes: Int32Array;
  /** The class that it is compared with. */
  against: number | undefined;
}

export class RepeatedRuns {
  readonly #methods: readonly RepeatedMethodName[];
  readonly #gradients: Gradients | undefined;
  readonly #forward: Forward | undefined;
  /** By the tensor of the layer that each begins with. */
  readonly #heads: ReadonlyMap<string, Head>;

  private constructor(
    methods: readonly RepeatedMethodName[],
    gradients: Gradients | undefined,
    forward: Forward | undefined,
    heads: ReadonlyMap<string, Head>,
  ) {
    this.#methods = methods;
    this.#gradients = gradients;
    this.#forward = forward;
    this.#heads = heads;
  }

  /** Opens the sessions that the methods need: at most two, and one for each layer whose values are changed. */
  static async open(options: ExplainerOptions, methods: readonly RepeatedMethodName[]): Promise<RepeatedRuns> {
    const wanted = methods.map((name) => repeatedMethods[name]);
    const cuts = wanted.some((method) => method.at === 'layers' && method.cuts);
    const layout = { gates: gateForm(options) };
    const opened: { session: InferenceSession }[] = [];
    const open = async <Outputs>(...request: Parameters<typeof openModel<Outputs>>) => {
      const model = await openModel(...request);
      opened.push(model);
      return model;
    };
    try {
      const gradients = wanted.some(({ at }) => at === 'input')
        ? await open(options, (prepared) => compileGradients(prepared, layout))
        : undefined;
      const forward = wanted.some(({ at }) => at === 'layers')
        ? await open(options, (prepared, layers) =>
            compileForward(prepared, layers, cuts ? (model) => allCrossing(model, layers) : () => [], layout),
          )
        : undefined;
      const heads = new Map<string, Head>();
      for (const { tensor } of cuts ? (forward?.layers ?? []) : []) {
        if (heads.has(tensor)) continue;
        const compile: CompileHead = (prepared, layers) => compileHead(prepared, layerOf(layers, tensor), layout);
        heads.set(tensor, await open(options, compile));
      }
      return new RepeatedRuns(methods, gradients, forward, heads);
    } catch (error) {
      for (const { session } of opened) await session.release();
      throw error;
    }
  }

  /**
   * Maps of each target, layer by layer in the order of the methods; those over the pixels follow.
   * @param pixels `[count, ...]` in the model's layout
   * @param rows tensors for the inputs beside the picture, which stay as they are
   */
  async explain(
    pixels: Float32Array,
    count: number,
    targets: readonly BatchTarget[],
    rows: Batch['rows'],
  ): Promise<LayerMaps[]> {
    const maps: LayerMaps[] = [];
    const forward = this.#forward;
    const batch = { count, rows };
    const first = forward && (await runForward(forward, pixels, batch));
    for (const target of targets) {
      for (const { layer, activations } of first?.layers ?? []) {
        for (const name of this.#methodsAt('layers')) {
          const method = repeatedMethods[name];
          if (method.at !== 'layers' || forward === undefined) continue;
          const probe: LayerProbe = {
            ...this.#probe(forward, pixels, batch, target),
            grid: layer.grid,
            activations,
            scoresKeeping: async (share) => {
              const head = this.#heads.get(layer.tensor);
              if (head === undefined || first === undefined) throw new Error('The method does not say that it cuts.');
              return scoresOf(await runHead(head, first.results, share, count), target, count);
            },
          };
          maps.push(describe(layer, name, target, await method.explain(probe), activations));
        }
      }
      for (const name of this.#methodsAt('input')) {
        const method = repeatedMethods[name];
        if (method.at !== 'input' || this.#gradients === undefined) continue;
        const found = await method.explain(this.#probe(this.#gradients, pixels, batch, target));
        const { input } = this.#gradients.prepared.sizes;
        maps.push(
          describe({ layer: inputLayer, grid: input }, name, target, found, channelsFirst(pixels, input, count)),
        );
      }
    }
    return maps;
  }

  /** What `explain` gives for these targets. */
  shapes(targets: readonly string[]): MapShape[] {
    const hooked = this.#forward?.layers ?? [];
    const input = this.#gradients?.prepared.sizes.input;
    const shape = (layer: string, { height, width, channels }: GridShape, method: string, target: string) => ({
      layer,
      method,
      target,
      height,
      width,
      channels,
    });
    return targets.flatMap((target) => [
      ...hooked.flatMap(({ layer, grid }) =>
        this.#methodsAt('layers').map((method) => shape(layer, grid, method, target)),
      ),
      ...this.#methodsAt('input').flatMap((method) =>
        input === undefined ? [] : [shape(inputLayer, input, method, target)],
      ),
    ]);
  }

  #methodsAt(place: 'layers' | 'input'): RepeatedMethodName[] {
    return this.#methods.filter((name) => repeatedMethods[name].at === place);
  }

  #probe(
    { prepared }: { prepared: Gradients['prepared'] },
    pixels: Float32Array,
    batch: Batch,
    target: BatchTarget,
  ): Probe {
    const { count } = batch;
    return {
      input: prepared.sizes.input,
      count,
      pixels,
      gradients: (changed) => this.#gradientsOf(changed, batch, target),
      scores: async (changed) => {
        if (this.#forward === undefined) throw new Error('No method of layers was listed.');
        return scoresOf(await runForward(this.#forward, changed, batch), target, count);
      },
    };
  }

  async #gradientsOf(pixels: Float32Array, batch: Batch, { classes, against }: BatchTarget): Promise<Float32Array> {
    if (this.#gradients === undefined) throw new Error('No method over the pixels was listed.');
    const own = await runGradients(this.#gradients, pixels, classes, batch);
    if (against === undefined) return own;
    const other = await runGradients(this.#gradients, pixels, new Int32Array(batch.count).fill(against), batch);
    return own.map((value, i) => value - (other[i] ?? 0));
  }

  async close(): Promise<void> {
    await this.#gradients?.session.release();
    await this.#forward?.session.release();
    for (const { session } of this.#heads.values()) await session.release();
  }
}

type CompileHead = Parameters<typeof openModel<HeadOutputs>>[1];

/** All that any layer's head takes from the network, apart from what the network itself is given. */
function allCrossing({ graph, score, sizes }: PreparedModel, layers: readonly ResolvedLayer[]): string[] {
  const given = new Set([sizes.input, ...sizes.rows].map(({ name }) => name));
  const names = layers.flatMap(({ tensor }) => cutBehind(graph, tensor, score.logits).crossing);
  return [...new Set(names)].filter((name) => !given.has(name));
}

function layerOf(layers: readonly ResolvedLayer[], tensor: string): ResolvedLayer {
  const found = layers.find((layer) => layer.tensor === tensor);
  if (found === undefined) throw new Error(`No layer is '${tensor}'.`);
  return found;
}

/** Each image's logit for the target, less that of the class that it is compared with; 0 without a class. */
function scoresOf(
  { logits }: { logits: Float32Array },
  { classes, against }: BatchTarget,
  count: number,
): Float32Array {
  const classCount = logits.length / count;
  return Float32Array.from({ length: count }, (_, image) => {
    const own = at(classes, image);
    const logit = (index: number) => logits[image * classCount + index] ?? 0;
    return own < 0 ? 0 : logit(own) - (against === undefined ? 0 : logit(against));
  });
}

interface GridShape {
  height: number;
  width: number;
  channels: number;
}

function describe(
  { layer, grid: { height, width, channels } }: { layer: string; grid: GridShape },
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
