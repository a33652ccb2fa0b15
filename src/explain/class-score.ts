/** Finding the class scores of a model: where the gradient starts, and how they become the scores that are reported. */

import { type Activation, findFinalActivation } from './final-activation.ts';
import { dependents } from './gradients/sweep.ts';
import type { Builder } from './onnx/builder.ts';
import { isFloat } from './onnx/element-type.ts';
import type { Graph } from './onnx/graph.ts';
import { shapeOnly } from './onnx/shape-only.ts';
import type { ScoreActivation } from './options.ts';
import { UserError } from './user-error.ts';

/** The model's class scores before any final Softmax or Sigmoid. */
export interface ClassScore {
  /** The tensor to differentiate. */
  logits: string;
  /** What the last layer makes: the logits, or what they are picked from. */
  sources: readonly string[];
  /** Name of the model's output. */
  output: string;
  /** The model's own final function; undefined where it returns the logits. */
  activation: Activation | undefined;
  /** Whether the output's own values are scores: probabilities, each image's from its own logits. */
  reported: boolean;
  /** Classes as the model counts them: 1 for a single-logit binary head. */
  width: number;
  /** What a user has to know of the choice, in words. */
  doubts: readonly string[];
}

/**
 * @param outputs the model's own outputs, in its order
 * @throws UserError `not-a-classifier`
 */
export function findClassScore(graph: Graph, outputs: readonly string[], batchSize: number): ClassScore {
  const floats = outputs.flatMap((output): Candidate[] => {
    const tensor = rankedScores(graph, output);
    const type = graph.type(tensor);
    return type !== undefined && isFloat(type.elementType) ? [{ name: output, output: tensor, shape: type.shape }] : [];
  });
  const [first] = floats;
  if (first === undefined) {
    throw new UserError(
      'not-a-classifier',
      `The model returns no scores, which are floats, one for each class: its outputs are ${outputs.join(', ')}. Export it with its logits as an output.`,
    );
  }
  const candidates = floats.filter(({ shape }) => isPerClass(shape, batchSize));
  const chosen = finalCandidate(graph, candidates);
  if (chosen === undefined) {
    throw new UserError(
      'not-a-classifier',
      `The model's output '${first.output}' has shape [${first.shape.join(', ')}] for a batch of ${batchSize}; a classifier returns one score per class.`,
    );
  }
  const { output, shape } = chosen;
  const width = shape.reduce((a, b) => a * b, 1) / batchSize;
  const behind = (tensor: string) => ({ tensor, found: findFinalActivation(graph, tensor, batchSize) });
  const own = behind(output);
  const heads = otherHeads(graph, chosen, candidates, batchSize);
  const others = candidates.filter((other) => other !== chosen && other.shape.join() === shape.join());
  // Logits may be returned beside what is made of them.
  const { tensor, found } =
    own.found === undefined
      ? (others.map((other) => behind(other.output)).find((other) => other.found?.logits === output) ?? own)
      : own;
  if (found === undefined) {
    return { logits: output, sources: [output], output, activation: undefined, reported: false, width, doubts: heads };
  }
  const { logits, sources, activation, logarithm, overBatch } = found;
  const doubts = [...heads, ...(overBatch ? [softmaxOverBatch] : [])];
  return { logits, sources, output: tensor, activation, reported: !logarithm && !overBatch, width, doubts };
}

const softmaxOverBatch =
  "The model's softmax is taken over the images of a batch, not over the classes, so that its own output changes with the batch. Scores here are the softmax over the classes. Export the model with that one (dim=1).";

/** Said where outputs that are not made of each other may all be scores: which is meant cannot be told. */
function otherHeads(graph: Graph, chosen: Candidate, candidates: readonly Candidate[], batchSize: number): string[] {
  const behind = dependents(graph, [chosen.output]);
  const others = candidates.filter(
    ({ output }) => !behind.has(output) && !dependents(graph, [output]).has(chosen.output),
  );
  if (others.length === 0) return [];
  const [first = '', ...rest] = [chosen, ...others].map(({ name, shape }) => {
    const width = shape.reduce((a, b) => a * b, 1) / batchSize;
    return `'${name}' (${width} ${width === 1 ? 'value' : 'values'} an image)`;
  });
  return [
    `More than one of the model's outputs may hold class scores: ${first}, which is explained, and ${rest.join(', ')}. --output-name says which is meant.`,
  ];
}

/** An output of floats that may hold the scores. */
interface Candidate {
  /** Of the model's output. */
  name: string;
  /** The tensor with the scores: the output, or what it ranks. */
  output: string;
  shape: number[];
}

function isPerClass(shape: readonly number[], batchSize: number): boolean {
  const sizes = shape.filter((size) => size !== 1);
  const width = shape.reduce((a, b) => a * b, 1) / batchSize;
  const perClass = batchSize === 1 ? sizes.length <= 1 : sizes.length <= 2 && shape[0] === batchSize;
  return Number.isInteger(width) && width >= 1 && perClass;
}

/** What a TopK picked from, where an output holds the best scores only: they are by rank, not by class. */
function rankedScores(graph: Graph, output: string): string {
  let tensor = output;
  for (;;) {
    const node = graph.producer(tensor);
    const [input = ''] = node?.input ?? [];
    if (node?.opType === 'TopK' && node.output[0] === tensor) return input;
    if (node === undefined || !shapeOnly.has(node.opType)) return output;
    tensor = input;
  }
}

/** The first candidate, or the scores that a later layer makes of it: an embedding may be returned before them. */
function finalCandidate(graph: Graph, candidates: readonly Candidate[]): Candidate | undefined {
  let [chosen] = candidates;
  for (const candidate of candidates) {
    if (chosen !== undefined && madeByLayer(graph, chosen.output).has(candidate.output)) chosen = candidate;
  }
  return chosen;
}

const layerOperators = new Set(['Conv', 'FusedMatMul', 'Gemm', 'MatMul']);

/** Tensors that are made of `source` by at least one layer with weights. */
function madeByLayer(graph: Graph, source: string): Set<string> {
  const plain = new Set([source]);
  const made = new Set<string>();
  for (const node of graph.nodes) {
    const weighted = layerOperators.has(node.opType) && node.input.some((input) => graph.isInitializer(input));
    const reads = graph.reads(node);
    const behind = reads.some((input) => made.has(input)) || (weighted && reads.some((input) => plain.has(input)));
    if (!behind && !reads.some((input) => plain.has(input))) continue;
    for (const output of node.output) (behind ? made : plain).add(output);
  }
  return made;
}

/** Class scores as tensors `[N, classes]` of the compiled graph. */
export interface ScoreTensors {
  logits: string;
  scores: string;
  classCount: number;
}

/** Appends what turns the model's logits into scores for at least two classes. A single logit z becomes `[-z, z]`. */
export function appendScores(
  build: Builder,
  score: ClassScore,
  batchSize: number,
  asked: ScoreActivation,
): ScoreTensors {
  const flat = build.reshape(score.logits, [batchSize, score.width]);
  const binary = score.width === 1;
  const logits = binary ? build.op('Concat', [build.op('Neg', [flat]), flat], { axis: 1 }) : flat;
  const classCount = binary ? 2 : score.width;
  if (asked === 'auto' && score.reported) {
    const own = build.reshape(score.output, [batchSize, score.width]);
    const scores = binary ? build.op('Concat', [build.op('Sub', [build.scalar(1), own]), own], { axis: 1 }) : own;
    return { logits, scores, classCount };
  }
  const usual = score.activation ?? (binary ? 'sigmoid' : 'softmax');
  const wanted = asked === 'auto' ? usual : asked;
  // Softmax over a single logit and the zero that it is measured against.
  const activation = binary && wanted === 'softmax' ? 'sigmoid' : wanted;
  return { logits, scores: activate(build, logits, activation), classCount };
}

function activate(build: Builder, logits: string, activation: Activation | 'none'): string {
  if (activation === 'none') return build.op('Identity', [logits]);
  return activation === 'softmax' ? build.op('Softmax', [logits], { axis: 1 }) : build.op('Sigmoid', [logits]);
}

/** The gradient at the model's logits from `[N, classes]` one-hot rows. For a single logit, class 1 is +1 and class 0 is -1. */
export function seedGradient(
  build: Builder,
  score: ClassScore,
  graph: Graph,
  oneHot: string,
  batchSize: number,
): string {
  const shape = graph.type(score.logits)?.shape ?? [batchSize, score.width];
  if (score.width > 1) return build.reshape(oneHot, shape);
  const signs = build.floats([-1, 1], [2, 1]);
  return build.reshape(build.op('MatMul', [oneHot, signs]), shape);
}
