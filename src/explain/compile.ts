/** Building the one graph whose run returns scores, maps, evidence and whatever else was asked for. */

import { appendStatistics } from './activation-statistics.ts';
import { appendWanted, truthInput } from './append-wanted.ts';
import { assemble } from './assemble.ts';
import { at } from './at.ts';
import { appendScores, type ScoreTensors } from './class-score.ts';
import { dependents } from './gradients/sweep.ts';
import type { ResolvedLayer } from './layers/hooked-layers.ts';
import { type AppendedMap, appendMaps, type TargetMaps } from './methods/append-maps.ts';
import { Builder, type GateForm } from './onnx/builder.ts';
import { ElementType } from './onnx/element-type.ts';
import type { OnnxModel } from './onnx/model-file.ts';
import type { NodeProto } from './onnx/onnx_pb.ts';
import type { GraphMethodName, PixelScaling, ScoreActivation } from './options.ts';
import { takePixels } from './pixel-input.ts';
import type { PreparedModel } from './prepare.ts';
import { appendSeed } from './seed.ts';
import type { Target } from './target.ts';
import { slotNames, type WantedClasses } from './wanted-classes.ts';

/** An assembled model, and which output tensors hold what. */
export interface CompiledModel<Outputs> {
  model: OnnxModel;
  outputs: Outputs;
  /** Nodes that may run in half precision. */
  inHalf?: ReadonlySet<NodeProto>;
}

export interface CompileRequest {
  layers: ResolvedLayer[];
  methods: readonly GraphMethodName[];
  scoreActivation: ScoreActivation;
  capture: readonly ('activations' | 'gradients')[];
  statistics: boolean;
  gates: GateForm;
  /** What the seed is multiplied by, and gradients divided by before anything is made of them. */
  gradientScale: number;
  /** Have the graph take bytes; undefined: it takes floats. */
  pixels: PixelScaling | undefined;
  /** Given the number of classes, which the model decides. */
  targets(classCount: number): Target[];
  /** Where each class is decided by itself. */
  wanted?: (classCount: number) => { classes: WantedClasses; thresholds: readonly number[] } | null;
}

/** Which output tensors hold what. */
export interface CompiledOutputs {
  logits: string;
  scores: string;
  classCount: number;
  /** With `slot`, its tensors hold that many entries, or fewer, of what they hold elsewhere: `[slots, N, ...]`. */
  maps: (AppendedMap & { target: string; classes: string; slot?: number })[];
  captured: {
    layer: string;
    kind: 'activations' | 'gradients';
    target: string | null;
    shape: number[];
    tensor: string;
  }[];
  /** Class of each image, `[N]`, by target; `against` is the class that it is compared with. */
  targets: { name: string; classes: string; against: number | undefined; slot?: number }[];
  statistics: { layer: string; mean: string; standardDeviation: string; nearZero: string }[];
  /** Inputs that say classes, `[N]` int64. */
  classInputs: readonly string[];
  usesTruth: boolean;
}

/** Adds to the prepared model, in place, everything asked for, and makes it the model's only outputs. */
export function compile(prepared: PreparedModel, request: CompileRequest): CompiledModel<CompiledOutputs> {
  const inHalf = new Set(prepared.model.graph.node);
  for (const node of behindLogits(prepared)) inHalf.delete(node);
  const build = new Builder(request);
  const { batchSize } = prepared.sizes;
  const scores = appendScores(build, prepared.score, batchSize, request.scoreActivation);
  const targets = request.targets(scores.classCount);
  const wanted = request.wanted?.(scores.classCount) ?? null;
  const outputs: CompiledOutputs = {
    ...scores,
    maps: [],
    targets: [],
    captured: [],
    statistics: [],
    classInputs: targets.flatMap(({ kind }) => (kind.from === 'label' ? [kind.input] : [])),
    usesTruth: wanted !== null,
  };
  if (wanted !== null) {
    const { classes, thresholds } = wanted;
    for (const node of appendSlots(build, prepared, request, scores, classes, thresholds, outputs)) inHalf.add(node);
  }
  for (const target of targets) {
    for (const node of appendTarget(build, prepared, request, scores, target, outputs)) inHalf.add(node);
  }
  for (const { layer, tensor, shape } of request.layers) {
    if (request.capture.includes('activations')) {
      outputs.captured.push({ layer, kind: 'activations', target: null, shape, tensor });
    }
    if (request.statistics) {
      outputs.statistics.push({ layer, ...appendStatistics(build, build.reshape(tensor, [batchSize, -1])) });
    }
  }
  const given = outputs.classInputs.map((name) => ({ name, elementType: ElementType.int64, shape: [batchSize] }));
  const truth = { name: truthInput, elementType: ElementType.float32, shape: [batchSize, scores.classCount] };
  const inputs = [...given, ...(outputs.usesTruth ? [truth] : [])];
  const model = assemble(prepared, build, outputNames(outputs), inputs);
  if (request.pixels !== undefined) takePixels(model, prepared.sizes.input, batchSize, request.pixels);
  return { model, outputs, inHalf };
}

/** The last layer, whose results are the logits, and what the model makes of them: scores are of float32 in every precision. */
function behindLogits({ graph, score }: PreparedModel): NodeProto[] {
  const logits = dependents(graph, score.sources);
  return graph.nodes.filter((node) => node.output.some((output) => logits.has(output)));
}

/** @returns the nodes of the sweeps */
function appendTarget(
  build: Builder,
  prepared: PreparedModel,
  request: CompileRequest,
  scores: ScoreTensors,
  target: Target,
  outputs: CompiledOutputs,
): readonly NodeProto[] {
  const seed = appendSeed(build, target, scores.logits, prepared.sizes.batchSize);
  const keepGradients = request.capture.includes('gradients');
  const { maps, gradients, swept } = appendMaps(build, {
    ...scores,
    prepared,
    layers: request.layers,
    methods: request.methods,
    seed,
    gradientScale: request.gradientScale,
    mayMiss: target.kind.from === 'label',
    keepGradients,
  });
  const against = target.kind.from === 'class' ? target.kind.against : undefined;
  outputs.targets.push({ name: target.name, classes: seed[0].classes, against });
  outputs.maps.push(...maps.map((map) => ({ ...map, target: target.name, classes: seed[0].classes })));
  if (!keepGradients) return swept;
  for (const { layer, tensor, shape } of request.layers) {
    const gradient = gradients.get(tensor) ?? build.zeros(shape);
    outputs.captured.push({ layer, kind: 'gradients', target: target.name, shape, tensor: gradient });
  }
  return swept;
}

/**
 * A sweep for each class that an image has explained, run as often as the image with the most needs it: every image has its own class in each.
 * @returns the nodes of the sweeps that stand outside of the loop
 */
function appendSlots(
  build: Builder,
  prepared: PreparedModel,
  request: CompileRequest,
  scores: ScoreTensors,
  wanted: WantedClasses,
  thresholds: readonly number[],
  outputs: CompiledOutputs,
): readonly NodeProto[] {
  const { classes, atWork } = appendWanted(build, wanted, scores, thresholds);
  let made: TargetMaps | undefined;
  const { outputs: stacked } = build.scan({
    states: [],
    inputs: [atWork],
    backwards: false,
    gates: build.gates,
    hoist: true,
    body(inner, _, inputs) {
      const own = inner.op('Cast', [at(inputs, 0)], { to: ElementType.int64 });
      made = appendMaps(inner, {
        ...scores,
        prepared,
        layers: request.layers,
        methods: request.methods,
        seed: [{ classes: own, factor: 1 }],
        gradientScale: request.gradientScale,
        mayMiss: true,
        keepGradients: false,
      });
      return { states: [], outputs: made.maps.flatMap(({ values, evidence, peak }) => [values, evidence, peak]) };
    },
  });
  const { maps = [], swept = [] } = made ?? {};
  for (const [slot, target] of slotNames(wanted).entries()) {
    outputs.targets.push({ name: target, classes, against: undefined, slot });
    for (const [place, map] of maps.entries()) {
      const [values = '', evidence = '', peak = ''] = stacked.slice(3 * place);
      outputs.maps.push({ ...map, values, evidence, peak, target, classes, slot });
    }
  }
  return swept;
}

function outputNames(outputs: CompiledOutputs): string[] {
  return [
    outputs.logits,
    outputs.scores,
    ...outputs.targets.map((t) => t.classes),
    ...outputs.maps.flatMap((m) => [m.values, m.evidence, m.peak]),
    ...outputs.captured.map((c) => c.tensor),
    ...outputs.statistics.flatMap((s) => [s.mean, s.standardDeviation, s.nearZero]),
  ];
}
