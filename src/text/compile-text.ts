/** Building the graph whose one run returns the scores of a batch of texts and the relevance of their tokens. */

import { appendAtWork, appendWanted, truthInput } from '../explain/append-wanted.ts';
import { assemble, type ExtraInput } from '../explain/assemble.ts';
import { at } from '../explain/at.ts';
import { appendScores, type ClassScore, findClassScore, type ScoreTensors } from '../explain/class-score.ts';
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
import { slotNames, type WantedClasses } from '../explain/wanted-classes.ts';
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
  scoreActivation(score: ClassScore): ScoreActivation;
  /** What integrated gradients start from; undefined where they are not wanted. */
  baseline: { baseline: Baseline; padId: number } | undefined;
  targets(classCount: number): Target[];
  /** Where each class is decided by itself: the classes that each text's own targets name, and from which scores they are decided, by index. */
  wanted?(classCount: number): { classes: WantedClasses; thresholds: readonly number[] } | null;
}

/** A sum over the embedding for each token, of what reaches one class. */
interface Relevance {
  /** `sum_d e_td g_td`, `[N, tokens]`. */
  timesInput: string;
  /** The same with embedding less baseline, which integrated gradients average. */
  timesDifference: string;
}

interface TargetTensors extends Relevance {
  target: Target;
  /** Graph input, `[N]` int64: the class to explain, -1 to let the target choose. */
  chosen: string;
  /** The explained class of each text, `[N]` int64. */
  classes: string;
}

/** Classes of which each text has its own, several or none. Relevance has a row for each class that the text with the most has. */
interface SlotTensors extends Relevance {
  /** What is explained in each slot is called, as reported. */
  names: string[];
  /** Graph input, `[slots, N]` int64: the classes to explain, -1 for none, `graphChooses` to let the targets choose. */
  chosen: string;
  /** The explained classes, `[slots, N]` int64. */
  classes: string;
}

/** In the input of classes: what the text's own targets name. */
export const graphChooses = -2;

export interface TextOutputs {
  /** `[N, classCount]`. */
  logits: string;
  scores: string;
  classCount: number;
  targets: TargetTensors[];
  slots: SlotTensors | null;
  usesLabels: boolean;
  /** The model's own scores. */
  score: ClassScore;
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
  const scores = appendScores(build, score, batchSize, request.scoreActivation(score));
  const appendRelevance: AppendRelevance = (inner, seed, mayMiss) => {
    const start = sweepStart(inner, prepared.graph, score, seed, { batchSize, classCount: scores.classCount, mayMiss });
    const gradient = differentiate(prepared.graph, inner, start.tensor, start.gradient, [tensor]).get(tensor);
    if (gradient === undefined) throw noGradient(embedding);
    const summed = (by: string) => inner.reduce('ReduceSum', inner.op('Mul', [gradient, by]), [2], false);
    const timesInput = summed(embedding);
    return { timesInput, timesDifference: difference === embedding ? timesInput : summed(difference) };
  };
  const targets = request.targets(scores.classCount).map((target, index): TargetTensors => {
    const chosen = `gradline/class/${index}`;
    const seed = choosable(build, appendSeed(build, target, scores.logits, batchSize), chosen);
    const relevance = appendRelevance(build, seed, target.kind.from === 'label');
    return { target, chosen, classes: seed[0].classes, ...relevance };
  });
  const wanted = request.wanted?.(scores.classCount) ?? null;
  const slots = wanted === null ? null : appendSlots(build, scores, wanted, appendRelevance);
  const usesLabels = targets.some(({ target }) => target.kind.from === 'label');
  const outputs = { ...scores, targets, slots, usesLabels, score };
  const inputs = extraInputs(outputs, request);
  return { model: assemble(prepared, build, resultsOf(outputs), inputs), outputs };
}

type AppendRelevance = (build: Builder, seed: [SeedTerm, ...SeedTerm[]], mayMiss: boolean) => Relevance;

/** A sweep for each class that a text has explained, run as often as the text with the most needs it, as for images. */
function appendSlots(
  build: Builder,
  scores: ScoreTensors,
  { classes: wanted, thresholds }: { classes: WantedClasses; thresholds: readonly number[] },
  appendRelevance: AppendRelevance,
): SlotTensors {
  const own = appendWanted(build, wanted, scores, thresholds).classes;
  const chosen = 'gradline/classes';
  const isChosen = build.op('GreaterOrEqual', [chosen, build.ints([-1])]);
  const classes = build.op('Where', [isChosen, chosen, own]);
  const { outputs } = build.scan({
    states: [],
    inputs: [appendAtWork(build, classes)],
    backwards: false,
    gates: build.gates,
    hoist: true,
    body(inner, _, inputs) {
      const each = inner.op('Cast', [at(inputs, 0)], { to: ElementType.int64 });
      const { timesInput, timesDifference } = appendRelevance(inner, [{ classes: each, factor: 1 }], true);
      return { states: [], outputs: [timesInput, timesDifference] };
    },
  });
  return { names: slotNames(wanted), chosen, classes, timesInput: at(outputs, 0), timesDifference: at(outputs, 1) };
}

/** What is fed besides the model's own inputs. */
function extraInputs(
  { targets, slots, usesLabels, classCount }: TextOutputs,
  { batchSize, baseline }: TextGraphRequest,
): ExtraInput[] {
  const perText = (name: string) => ({ name, elementType: ElementType.int64, shape: [batchSize] });
  const ofSlots =
    slots === null
      ? []
      : [
          { name: slots.chosen, elementType: ElementType.int64, shape: [slots.names.length, batchSize] },
          { name: truthInput, elementType: ElementType.float32, shape: [batchSize, classCount] },
        ];
  return [
    ...targets.map(({ chosen }) => perText(chosen)),
    ...ofSlots,
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

function resultsOf({ logits, scores, targets, slots }: TextOutputs): string[] {
  const explained = slots === null ? targets : [slots, ...targets];
  return [logits, scores, ...explained.flatMap((t) => [t.classes, t.timesInput, t.timesDifference])];
}

function noGradient(embedding: string): UserError {
  return new UserError(
    'no-gradient',
    `The class score does not depend on '${embedding}', so its tokens have no relevance. Choose another layer with --layer.`,
  );
}
