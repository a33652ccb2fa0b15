/** Building the one graph whose run returns scores, maps, evidence and whatever else was asked for. */

import { create } from '@bufbuild/protobuf';
import { appendStatistics } from './activation-statistics.ts';
import { appendScores, type ScoreTensors } from './class-score.ts';
import { differentiate } from './gradients/sweep.ts';
import { type Grid, toChannelsByCells } from './layers/grid.ts';
import type { ResolvedLayer } from './layers/hooked-layers.ts';
import type { Hook } from './methods/method.ts';
import { methodNamed } from './methods/methods.ts';
import { pooledFeatures } from './methods/pooled-head.ts';
import { Builder } from './onnx/builder.ts';
import { ElementType } from './onnx/element-type.ts';
import type { Graph } from './onnx/graph.ts';
import type { OnnxModel } from './onnx/model-file.ts';
import { type NodeProto, TypeProto_TensorSchema, TypeProtoSchema, ValueInfoProtoSchema } from './onnx/onnx_pb.ts';
import { shapeProto } from './onnx/sizes.ts';
import type { MethodName, ScoreActivation } from './options.ts';
import type { PreparedModel } from './prepare.ts';
import { sweepStart } from './sweep-start.ts';
import { appendClasses, labelInput, type Target } from './target.ts';

export interface CompileRequest {
  layers: ResolvedLayer[];
  methods: readonly MethodName[];
  scoreActivation: ScoreActivation;
  capture: readonly ('activations' | 'gradients')[];
  statistics: boolean;
  /** See `Builder.blockedLayout`. */
  blockedLayout: boolean;
  /** Given the number of classes, which the model decides. */
  targets(classCount: number): Target[];
}

/** Which output tensors hold what. */
export interface CompiledOutputs {
  logits: string;
  scores: string;
  classCount: number;
  maps: {
    layer: ResolvedLayer;
    method: MethodName;
    target: string;
    classes: string;
    values: string;
    evidence: string;
    peak: string;
  }[];
  captured: {
    layer: string;
    kind: 'activations' | 'gradients';
    target: string | null;
    shape: number[];
    tensor: string;
  }[];
  statistics: { layer: string; mean: string; standardDeviation: string; nearZero: string }[];
  usesLabels: boolean;
}

/** Adds to the prepared model, in place, everything asked for, and makes it the model's only outputs. */
export function compile(
  prepared: PreparedModel,
  request: CompileRequest,
): { model: OnnxModel; outputs: CompiledOutputs } {
  const build = new Builder({ blockedLayout: request.blockedLayout });
  const { batchSize } = prepared.sizes;
  const scores = appendScores(build, prepared.score, batchSize, request.scoreActivation);
  const activations = new Map(
    request.layers.map((l) => [l.layer, toChannelsByCells(build, l.tensor, batchSize, l.grid)] as const),
  );
  const targets = request.targets(scores.classCount);
  const outputs: CompiledOutputs = {
    ...scores,
    maps: [],
    captured: [],
    statistics: [],
    usesLabels: targets.some((target) => target.kind.from === 'label'),
  };
  for (const target of targets) appendTarget(build, prepared, request, scores, activations, target, outputs);
  for (const { layer, tensor, shape } of request.layers) {
    if (request.capture.includes('activations')) {
      outputs.captured.push({ layer, kind: 'activations', target: null, shape, tensor });
    }
    if (request.statistics) {
      outputs.statistics.push({ layer, ...appendStatistics(build, build.reshape(tensor, [batchSize, -1])) });
    }
  }
  return { model: assemble(prepared, build, outputs), outputs };
}

function appendTarget(
  build: Builder,
  prepared: PreparedModel,
  request: CompileRequest,
  scores: ScoreTensors,
  activations: ReadonlyMap<string, string>,
  target: Target,
  outputs: CompiledOutputs,
): void {
  const { graph, score, sizes } = prepared;
  const { batchSize } = sizes;
  const classes = appendClasses(build, target, scores.logits, batchSize);
  const { classCount } = scores;
  const mayMiss = target.kind.from === 'label';
  const start = sweepStart(build, graph, score, classes, { batchSize, classCount, mayMiss });
  const methods = request.methods.map((name) => ({ name, method: methodNamed(name) }));
  const pooled = new Map(
    methods.some(({ method }) => method.needs === 'head')
      ? request.layers.map((layer) => [layer.layer, pooledFeatures(graph, score, layer)] as const)
      : [],
  );
  const sweeps = methods.some(({ method }) => method.needs === 'gradients') || request.capture.includes('gradients');
  const hooked = sweeps ? request.layers.map(({ tensor }) => tensor) : [];
  const gradients = differentiate(graph, build, start.tensor, start.gradient, [...hooked, ...pooled.values()]);

  for (const layer of request.layers) {
    const gradient = gradients.get(layer.tensor);
    const classWeights = gradients.get(pooled.get(layer.layer) ?? '');
    const { channels, height, width } = layer.grid;
    const hook: Hook = {
      build,
      batchSize,
      channels,
      cells: height * width,
      activations: activations.get(layer.layer) ?? '',
      gradients: gradient && gradientByCells(build, gradient, batchSize, layer.grid),
      classWeights: classWeights && build.reshape(classWeights, [batchSize, channels]),
    };
    for (const { name, method } of methods) {
      const { map, peak } = method.reduce(hook);
      const evidence = appendEvidence(hook, map);
      outputs.maps.push({ layer, method: name, target: target.name, classes, values: map, evidence, peak });
    }
    if (request.capture.includes('gradients')) {
      const zeros = () => build.op('Expand', [build.scalar(0), build.ints(layer.shape)]);
      const tensor = gradient ?? zeros();
      outputs.captured.push({ layer: layer.layer, kind: 'gradients', target: target.name, shape: layer.shape, tensor });
    }
  }
}

/** Behind a global average pool one value a channel stands for all cells, and repeating it would cost more than the rest. */
function gradientByCells(build: Builder, gradient: string, batchSize: number, grid: Grid): string {
  const once = build.repeatedFrom(gradient);
  const perChannel =
    once?.shape.length === 4 && once.shape[1] === grid.channels && once.shape[2] === 1 && once.shape[3] === 1;
  return grid.layout === 'NCHW' && once !== undefined && perChannel
    ? build.reshape(once.tensor, [batchSize, grid.channels, 1])
    : toChannelsByCells(build, gradient, batchSize, grid);
}

/** Keeps the division defined where no cell is positive; far below any total that float32 maps reach. */
const smallestTotal = 1e-30;

/** Mean of the activations weighted by the positive part of the map, `[N, channels]`; zeros where no cell is positive. */
function appendEvidence(hook: Hook, map: string): string {
  const { build, batchSize, channels, cells } = hook;
  const positive = build.op('Relu', [map]);
  const total = build.op('Max', [build.reduce('ReduceSum', positive, [1], true), build.scalar(smallestTotal)]);
  const sum = build.op('MatMul', [hook.activations, build.reshape(positive, [batchSize, cells, 1])]);
  return build.op('Div', [build.reshape(sum, [batchSize, channels]), total]);
}

function assemble(prepared: PreparedModel, build: Builder, outputs: CompiledOutputs): OnnxModel {
  const { graph } = prepared.model;
  const results = new Set(outputNames(outputs));
  graph.node = needed([...graph.node, ...build.nodes], prepared.graph, results);
  graph.initializer.push(...build.initializers);
  if (outputs.usesLabels) {
    const tensorType = create(TypeProto_TensorSchema, {
      elemType: ElementType.int64,
      shape: shapeProto([prepared.sizes.batchSize]),
    });
    const type = create(TypeProtoSchema, { tensorType });
    graph.input.push(create(ValueInfoProtoSchema, { name: labelInput, type }));
  }
  graph.valueInfo = [];
  graph.output = [...results].map((name) => create(ValueInfoProtoSchema, { name }));
  return prepared.model;
}

/** The nodes that `results` depend on; ONNX Runtime would run the others too. */
function needed(nodes: readonly NodeProto[], graph: Graph, results: Iterable<string>): NodeProto[] {
  const wanted = new Set(results);
  const kept = nodes.toReversed().filter((node) => {
    if (!node.output.some((output) => wanted.has(output))) return false;
    for (const input of graph.reads(node)) wanted.add(input);
    return true;
  });
  return kept.reverse();
}

function outputNames(outputs: CompiledOutputs): string[] {
  return [
    outputs.logits,
    outputs.scores,
    ...outputs.maps.flatMap((m) => [m.classes, m.values, m.evidence, m.peak]),
    ...outputs.captured.map((c) => c.tensor),
    ...outputs.statistics.flatMap((s) => [s.mean, s.standardDeviation, s.nearZero]),
  ];
}
