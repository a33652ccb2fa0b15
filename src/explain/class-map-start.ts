/** Where the reverse sweep may start behind a convolution that makes a map of each class: at its input, with the explained class's map alone. */

import { create } from '@bufbuild/protobuf';
import type { ClassScore } from './class-score.ts';
import { activations } from './gradients/activations.ts';
import { exponentialUnits } from './gradients/exponential-units.ts';
import { dependents, differentiate } from './gradients/sweep.ts';
import { classMaps } from './layers/class-maps.ts';
import { intAttribute, intsAttribute } from './onnx/attributes.ts';
import type { Builder } from './onnx/builder.ts';
import { ElementType } from './onnx/element-type.ts';
import { Graph, type TensorType } from './onnx/graph.ts';
import { GraphProtoSchema, type NodeProto } from './onnx/onnx_pb.ts';
import { known, type SeedTerm, type SweepSetting, type SweepStart } from './seed.ts';

/** What may lie between class maps and scores, each made of one tensor and constants. */
const reshaping = new Set(['Flatten', 'Identity', 'Reshape', 'Squeeze', 'Unsqueeze']);
const passed = new Set([
  ...[activations, exponentialUnits].flatMap(Object.keys),
  ...['AveragePool', 'GlobalAveragePool', 'GlobalMaxPool', 'ReduceMax', 'ReduceMean', 'ReduceSum', 'Transpose'],
]);

interface ClassHead {
  /** The pointwise convolution that makes class maps of features. */
  layer: NodeProto;
  features: string;
  /** What its result passes on the way to the logits, in order. */
  nodes: NodeProto[];
  /** By tensor. */
  classAxes: ReadonlyMap<string, number>;
}

/**
 * Behind class maps a score reads its own map alone, so its gradient at the features is the class's row of the convolution's weight, times
 * what arrives at each cell of that map: a thousandth of the work of sweeping all maps of a thousand classes, of which all others' gradients are zero.
 * The one map is computed anew from the features, so that the author's part of the graph stays as it is.
 * @returns undefined where the head is another, or where something behind the features is hooked
 */
export function classMapStart(
  build: Builder,
  graph: Graph,
  score: ClassScore,
  terms: readonly SeedTerm[],
  { batchSize, mayMiss, hooked }: SweepSetting,
): SweepStart | undefined {
  const head = hooked === undefined || score.width < 2 ? undefined : findHead(graph, score, batchSize);
  if (hooked === undefined || head === undefined) return undefined;
  const behind = dependents(graph, head.layer.output);
  if (hooked.some((tensor) => behind.has(tensor))) return undefined;
  const shape = graph.type(head.features)?.shape ?? [];
  const [, channels = 0, ...grid] = shape;
  const cells = grid.reduce((a, b) => a * b, 1);
  const [, weight = '', bias = ''] = head.layer.input;
  const [first] = terms;
  const isKnown = mayMiss && first !== undefined ? known(build, first.classes, batchSize) : undefined;
  const parts = terms.map(({ classes, factor }) => {
    const row = build.op('Gather', [weight, classes], { axis: 0 });
    const product = build.op('MatMul', [
      build.reshape(row, [batchSize, 1, channels]),
      build.reshape(head.features, [batchSize, channels, cells]),
    ]);
    const offset = bias === '' ? undefined : build.op('Gather', [bias, classes], { axis: 0 });
    const map = build.reshape(
      offset === undefined ? product : build.op('Add', [product, build.reshape(offset, [batchSize, 1, 1])]),
      [batchSize, 1, ...grid],
    );
    const gradient = mapGradient(build, graph, head, map, [batchSize, 1, ...grid]);
    const scaled = factor === 1 ? row : build.op('Mul', [row, build.scalar(factor)]);
    // -1 picks the last class; an image without a class has no gradient.
    const ones = grid.map(() => 1);
    const kept =
      isKnown === undefined ? scaled : build.op('Mul', [scaled, build.reshape(isKnown, [batchSize, 1, ...ones])]);
    const once = build.repeatedFrom(gradient);
    return { isSame: once !== undefined, product: build.op('Mul', [kept, once?.tensor ?? gradient]), ones };
  });
  const sum = build.sum(parts.map(({ product }) => product));
  const isSame = parts.every((part) => part.isSame);
  const gradient = isSame ? build.repeat(sum, [batchSize, channels, ...grid.map(() => 1)], shape) : sum;
  return { tensor: head.features, gradient };
}

/** The gradient of a class's score at its map, `[N, 1, h, w]`: the head's nodes once more, for one class, and back. */
function mapGradient(build: Builder, graph: Graph, head: ClassHead, map: string, shape: number[]): string {
  const types = new Map<string, TensorType>([[map, { elementType: ElementType.float32, shape }]]);
  const start = build.nodes.length;
  let current = map;
  let currentShape = shape;
  for (const node of head.nodes) {
    const [output = ''] = node.output;
    const own = graph.type(output)?.shape ?? [];
    currentShape = own.with(head.classAxes.get(output) ?? 0, 1);
    const constants = node.input.slice(1);
    current = reshaping.has(node.opType)
      ? build.reshape(current, currentShape)
      : build.copy(node, [current, ...constants]);
    types.set(current, { elementType: ElementType.float32, shape: currentShape });
  }
  const constants = new Set(head.nodes.flatMap(({ input }) => input.slice(1)));
  const proto = create(GraphProtoSchema, {
    node: build.nodes.slice(start),
    initializer: graph.proto.initializer.filter(({ name }) => constants.has(name)),
  });
  const seed = build.op('Expand', [build.scalar(1), build.ints(currentShape)]);
  return differentiate(new Graph(proto, types), build, current, seed, [map]).get(map) ?? build.zeros(shape);
}

function findHead(graph: Graph, { logits, width }: ClassScore, batchSize: number): ClassHead | undefined {
  const classAxes = classMaps(graph, logits, width);
  const nodes: NodeProto[] = [];
  for (let tensor = logits; ; ) {
    const node = graph.producer(tensor);
    if (node === undefined || !classAxes.has(tensor) || node.domain !== '') return undefined;
    const [input = '', ...others] = node.input;
    if (node.opType === 'Conv') {
      const shape = graph.type(input)?.shape ?? [];
      const isWhole = isPointwise(node, graph) && shape[0] === batchSize && graph.type(tensor)?.shape[1] === width;
      return isWhole ? { layer: node, features: input, nodes: nodes.reverse(), classAxes } : undefined;
    }
    const isPassed = reshaping.has(node.opType) || passed.has(node.opType);
    if (!isPassed || !others.every((other) => other === '' || graph.isInitializer(other))) return undefined;
    nodes.push(node);
    tensor = input;
  }
}

/** Whether a convolution is one matrix for every cell. */
function isPointwise(node: NodeProto, graph: Graph): boolean {
  const every = (name: string, value: number) => intsAttribute(node, name)?.every((size) => size === value) ?? true;
  const [, weight = '', bias = ''] = node.input;
  const kernel = (graph.type(weight)?.shape ?? [0, 0, 0]).slice(2);
  const isConstant = graph.isInitializer(weight) && (bias === '' || graph.isInitializer(bias));
  const isPlain = intAttribute(node, 'group', 1) === 1 && every('strides', 1) && every('pads', 0);
  return isConstant && isPlain && kernel.every((size) => size === 1);
}
