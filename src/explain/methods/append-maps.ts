/** All maps of one target: its sweeps, shared by the methods, and what each method makes of them. */

import { differentiate } from '../gradients/sweep.ts';
import { type SpatialGrid, toChannelsByCells } from '../layers/grid.ts';
import { inputLayer, type ResolvedLayer } from '../layers/hooked-layers.ts';
import type { Builder } from '../onnx/builder.ts';
import type { NodeProto } from '../onnx/onnx_pb.ts';
import { inputShape } from '../onnx/sizes.ts';
import type { GraphMethodName } from '../options.ts';
import type { PreparedModel } from '../prepare.ts';
import { finerSeed, known, type SeedTerm } from '../seed.ts';
import { sweepStart } from '../sweep-start.ts';
import { biasedLayers, biasGradients } from './biased-layers.ts';
import { guidedRules, requireRelus } from './guided-backprop.ts';
import type { Hook, Method } from './method.ts';
import { graphMethods } from './methods.ts';
import { type ClassWeights, headWeights } from './pooled-head.ts';

/** One map as tensors of the graph. */
export interface AppendedMap {
  /** With the grid that the map lies on. */
  layer: ResolvedLayer;
  method: GraphMethodName;
  values: string;
  evidence: string;
  peak: string;
}

export interface MapsRequest {
  prepared: PreparedModel;
  layers: readonly ResolvedLayer[];
  methods: readonly GraphMethodName[];
  /** `[N, classCount]`. */
  logits: string;
  classCount: number;
  seed: readonly [SeedTerm, ...SeedTerm[]];
  /** Whether the first term of the seed may lack a class. */
  mayMiss: boolean;
  /** See `CompileRequest`. */
  gradientScale: number;
  /** Whether gradients at the layers are wanted for themselves. */
  keepGradients: boolean;
}

export interface TargetMaps {
  maps: AppendedMap[];
  /** Gradients by hooked tensor, of its shape. */
  gradients: ReadonlyMap<string, string>;
  /** The nodes of the sweeps. */
  swept: readonly NodeProto[];
}

/** Appends a target's maps, layer by layer in the order of the methods; those over the pixels follow. */
export function appendMaps(build: Builder, request: MapsRequest): TargetMaps {
  const { prepared, layers, seed } = request;
  const { graph, score } = prepared;
  const { batchSize } = prepared.sizes;
  const methods = request.methods.map((name) => ({ name, method: graphMethods[name] }));
  const pixels = pixelLayer(prepared);
  const heads = new Map(
    methods.some(({ method }) => method.needs === 'head')
      ? layers.map((layer) => [layer.layer, headWeights(graph, score, layer)] as const)
      : [],
  );
  const isGuided = methods.some(({ method }) => method.guided === true);
  if (isGuided) requireRelus(graph);

  const swept: NodeProto[] = [];
  const sweep = (terms: readonly SeedTerm[], hooked: readonly string[], ...adapt: ReturnType<typeof guidedRules>[]) => {
    if (hooked.length === 0) return new Map<string, string>();
    // Adapted rules have to see every node behind the logits.
    const direct = adapt.length === 0 ? { hooked } : {};
    const start = sweepStart(build, graph, score, terms, { ...request, ...direct, batchSize });
    const factor = request.gradientScale;
    const seeded = scaled(build, start.gradient, factor, graph.type(start.tensor)?.shape ?? []);
    const first = build.nodes.length;
    const found = differentiate(graph, build, start.tensor, seeded, hooked, ...adapt);
    swept.push(...build.nodes.slice(first));
    for (const [tensor, gradient] of found) {
      found.set(tensor, scaled(build, gradient, 1 / factor, graph.type(tensor)?.shape ?? []));
    }
    return found;
  };
  /** What the methods that start from a seed need gradients of. */
  const wanted = (of: Method['seed'], at: Method['at']) =>
    methods.some(({ method }) => method.needs === 'gradients' && method.seed === of && method.at === at);
  const tensors = layers.map(({ tensor }) => tensor);
  const biased = methods.some(({ method }) => method.biases === true) ? biasedLayers(graph, prepared.sizes) : [];
  const gradients = sweep(seed, [
    ...(wanted(undefined, undefined) || request.keepGradients ? tensors : []),
    ...[...heads.values()].map(({ tensor }) => tensor),
    ...(wanted(undefined, 'input') ? [pixels.tensor] : []),
    ...biased.map(({ tensor }) => tensor),
  ]);
  const finer = wanted('finer', undefined)
    ? sweep(finerSeed(build, seed, request.logits, { ...request, batchSize }), tensors)
    : new Map<string, string>();
  const guided = isGuided ? sweep(seed, [pixels.tensor], guidedRules(graph)) : new Map<string, string>();

  const hookOf = (layer: ResolvedLayer, from: ReadonlyMap<string, string>, pixelHook?: Hook): Hook => {
    const { channels, height, width } = layer.grid;
    const gradient = from.get(layer.tensor);
    const head = heads.get(layer.layer);
    const headGradient = gradients.get(head?.tensor ?? '');
    return {
      build,
      batchSize,
      channels,
      height,
      width,
      cells: height * width,
      activations: toChannelsByCells(build, layer.tensor, batchSize, layer.grid),
      gradients: gradient && gradientByCells(build, gradient, batchSize, layer.grid),
      classWeights: head && headGradient && classWeights(build, headGradient, head, batchSize, layer.grid),
      guided: pixelHook,
      biases: undefined,
    };
  };
  const guidedHook = isGuided ? hookOf(pixels, guided) : undefined;
  const append = (layer: ResolvedLayer, hook: Hook, name: GraphMethodName, method: Method): AppendedMap => {
    const { map, peak, on = hook } = method.reduce(hook);
    const hidden = method.needs === 'activations' && request.mayMiss;
    const values = hidden ? build.op('Mul', [map, known(build, seed[0].classes, batchSize)]) : map;
    const grid = on === hook ? layer.grid : pixels.grid;
    return { layer: { ...layer, grid }, method: name, values, evidence: appendEvidence(on, values), peak };
  };
  const ofLayers = methods.filter(({ method }) => method.at === undefined);
  const maps = layers.flatMap((layer) => {
    const hooks = { plain: hookOf(layer, gradients, guidedHook), finer: hookOf(layer, finer) };
    return ofLayers.map(({ name, method }) => append(layer, hooks[method.seed ?? 'plain'], name, method));
  });
  const ofPixels = methods.filter(({ method }) => method.at === 'input');
  if (ofPixels.length > 0) {
    const biases = biased.flatMap((layer) => {
      const gradient = gradients.get(layer.tensor);
      return gradient === undefined ? [] : [biasGradients(build, layer, gradient, batchSize)];
    });
    const hook = { ...hookOf(pixels, gradients, guidedHook), biases };
    maps.push(...ofPixels.map(({ name, method }) => append(pixels, hook, name, method)));
  }
  return { maps, gradients, swept };
}

/** A gradient of the given shape times a factor; one that is repeated, before it is. */
function scaled(build: Builder, gradient: string, factor: number, shape: number[]): string {
  const times = (tensor: string) => build.op('Mul', [tensor, build.scalar(factor)]);
  if (factor === 1) return gradient;
  const once = build.repeatedFrom(gradient);
  return once === undefined ? times(gradient) : build.repeat(times(once.tensor), once.shape, shape);
}

/** The model's image input as a layer. */
function pixelLayer({ sizes: { input, batchSize } }: PreparedModel): ResolvedLayer {
  const { layout, height, width, channels } = input;
  const grid = { layout, height, width, channels, prefix: 0 };
  return { layer: inputLayer, tensor: input.name, shape: inputShape(input, batchSize), grid };
}

/** Behind a global average pool one value a channel stands for all cells, and repeating it would cost more than the rest. */
function gradientByCells(build: Builder, gradient: string, batchSize: number, grid: SpatialGrid): string {
  const once = build.repeatedFrom(gradient);
  const perChannel =
    once?.shape.length === 4 && once.shape[1] === grid.channels && once.shape[2] === 1 && once.shape[3] === 1;
  return grid.layout === 'NCHW' && once !== undefined && perChannel
    ? build.reshape(once.tensor, [batchSize, grid.channels, 1])
    : toChannelsByCells(build, gradient, batchSize, grid);
}

/** `[N, channels]`; from before the pooling the sum of the cells' shares. */
function classWeights(
  build: Builder,
  gradient: string,
  { perCell }: ClassWeights,
  batchSize: number,
  grid: SpatialGrid,
): string {
  if (!perCell) return build.reshape(gradient, [batchSize, grid.channels]);
  return build.reduce('ReduceSum', toChannelsByCells(build, gradient, batchSize, grid), [2], false);
}

/** Keeps the division defined where no cell is positive; far below any total that float32 maps reach. */
const smallestTotal = 1e-30;

/** Mean of the activations weighted by the positive part of the map, `[N, channels]`; zeros where no cell is positive. */
function appendEvidence({ build, batchSize, channels, cells, activations }: Hook, map: string): string {
  const positive = build.op('Relu', [map]);
  const total = build.op('Max', [build.reduce('ReduceSum', positive, [1], true), build.scalar(smallestTotal)]);
  const sum = build.op('MatMul', [activations, build.reshape(positive, [batchSize, cells, 1])]);
  return build.op('Div', [build.reshape(sum, [batchSize, channels]), total]);
}
