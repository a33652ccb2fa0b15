/** Building the graph whose one run returns the scores of a batch of texts and the relevance of their tokens. */

import { assemble, type ExtraInput } from '../explain/assemble.ts';
import { appendScores, findClassScore } from '../explain/class-score.ts';
import { dependents, differentiate } from '../explain/gradients/sweep.ts';
import { Builder } from '../explain/onnx/builder.ts';
import { ElementType } from '../explain/onnx/element-type.ts';
import type { OnnxModel } from '../explain/onnx/model-file.ts';
import type { Simplified } from '../explain/onnx/simplify.ts';
import type { ScoreActivation } from '../explain/options.ts';
import { appendSeed, type SeedTerm } from '../explain/seed.ts';
import { sweepStart } from '../explain/sweep-start.ts';
import { labelInput, type Target } from '../explain/target.ts';
import { UserError } from '../explain/user-error.ts';
import { mixEmbeddings, shareInput } from './interpolation.ts';
import type { Baseline } from './options.ts';

export interface TextGraphRequest {
  batchSize: number;
  /** Tokens of each text. */
  length: number;
  /** Name of the model's input of token ids. */
  ids: string;
  /** Tensor at which relevance is taken, and what the user calls it. */
  embedding: string;
  layer: string | undefined;
  /** Names of the model's own outputs. */
  outputs: readonly string[];
  scoreActivation: ScoreActivation;
  /** What integrated gradients start from; undefined where they are not wanted. */
  baseline: { baseline: Baseline; padId: number } | undefined;
  targets(classCount: number): Target[];
}

interface TargetTensors {
  target: Target;
  /** Graph input, `[N]` int64: the class to explain, -1 to let the target choose. */
  chosen: string;
  /** The explained class of each text, `[N]` int64. */
  classes: string;
  /** `sum_d e_td g_td`, `[N, tokens]`. */
  timesInput: string;
  /** The same with embedding less baseline, which integrated gradients average. */
  timesDifference: string;
}

export interface TextOutputs {
  /** `[N, classCount]`. */
  logits: string;
  scores: string;
  classCount: number;
  targets: TargetTensors[];
  usesLabels: boolean;
}

/** @throws UserError `not-a-classifier`, `no-token-axis`, `no-gradient`, `no-gradient-rule`, and as `parseTargets` does */
export function compileText(
  simplified: Simplified,
  request: TextGraphRequest,
): { model: OnnxModel; outputs: TextOutputs } {
  const { batchSize, embedding } = request;
  const score = findClassScore(simplified.graph, request.outputs, batchSize);
  checkEmbedding(simplified, request);
  const build = new Builder();
  const mixture =
    request.baseline === undefined
      ? { prepared: simplified, tensor: embedding, difference: embedding }
      : mixEmbeddings(build, simplified, embedding, request.baseline);
  const { prepared, tensor, difference } = mixture;
  const scores = appendScores(build, score, batchSize, request.scoreActivation);
  const targets = request.targets(scores.classCount).map((target, index): TargetTensors => {
    const chosen = `gradline/class/${index}`;
    const seed = choosable(build, appendSeed(build, target, scores.logits, batchSize), chosen);
    const sizes = { batchSize, classCount: scores.classCount, mayMiss: target.kind.from === 'label' };
    const start = sweepStart(build, prepared.graph, score, seed, sizes);
    const gradient = differentiate(prepared.graph, build, start.tensor, start.gradient, [tensor]).get(tensor);
    if (gradient === undefined) throw noGradient(embedding);
    const summed = (by: string) => build.reduce('ReduceSum', build.op('Mul', [gradient, by]), [2], false);
    const timesInput = summed(embedding);
    const timesDifference = difference === embedding ? timesInput : summed(difference);
    return { target, chosen, classes: seed[0].classes, timesInput, timesDifference };
  });
  const outputs = { ...scores, targets, usesLabels: targets.some(({ target }) => target.kind.from === 'label') };
  const inputs = extraInputs(outputs, request);
  return { model: assemble(prepared, build, resultsOf(outputs), inputs), outputs };
}

/** What is fed besides the model's own inputs. */
function extraInputs({ targets, usesLabels }: TextOutputs, { batchSize, baseline }: TextGraphRequest): ExtraInput[] {
  const perText = (name: string) => ({ name, elementType: ElementType.int64, shape: [batchSize] });
  return [
    ...targets.map(({ chosen }) => perText(chosen)),
    ...(usesLabels ? [perText(labelInput)] : []),
    ...(baseline === undefined ? [] : [{ name: shareInput, elementType: ElementType.float32, shape: [1, 1, 1] }]),
  ];
}

function checkEmbedding({ graph }: Simplified, { batchSize, length, ids, embedding, layer }: TextGraphRequest): void {
  const shape = graph.type(embedding)?.shape;
  const perToken = shape?.length === 3 && shape[0] === batchSize && shape[1] === length;
  if (perToken && dependents(graph, [ids]).has(embedding)) return;
  const found = shape === undefined || perToken ? 'does not depend on the text' : `has shape [${shape.join(', ')}]`;
  throw new UserError(
    'no-token-axis',
    `Layer '${layer ?? embedding}' ${found}; relevance of tokens needs one of shape [${batchSize}, ${length}, values]: texts, tokens, values. Choose another with --layer, or leave it out.`,
  );
}

/** Lets the explained class be fed: integrated gradients keep to the class that the whole text has. */
function choosable(build: Builder, seed: [SeedTerm, ...SeedTerm[]], chosen: string): [SeedTerm, ...SeedTerm[]] {
  const [explained, ...others] = seed;
  const isChosen = build.op('GreaterOrEqual', [chosen, build.ints([0])]);
  return [{ ...explained, classes: build.op('Where', [isChosen, chosen, explained.classes]) }, ...others];
}

function resultsOf({ logits, scores, targets }: TextOutputs): string[] {
  return [logits, scores, ...targets.flatMap((t) => [t.classes, t.timesInput, t.timesDifference])];
}

function noGradient(embedding: string): UserError {
  return new UserError(
    'no-gradient',
    `The class score does not depend on '${embedding}', so its tokens have no relevance. Choose another layer with --layer.`,
  );
}
