/** Trying a model on a few pictures of our own at opening, against its file run as it is. */

import type { ClassScore } from '../class-score.ts';
import { intAttribute, intsAttribute } from '../onnx/attributes.ts';
import type { Graph } from '../onnx/graph.ts';
import { runtimeVersion } from '../onnx/runtime-version.ts';
import type { ExplainerOptions } from '../options.ts';
import type { PreparedModel, SourceModel } from '../prepare.ts';
import { type Answers, FileRun } from './file-run.ts';
import { firstNormalisation, normalisationWarnings } from './normalisation.ts';
import { faultyOptimizers } from './optimizers.ts';
import { distance, rowsOf } from './score-kind.ts';
import { possibleLogits, settleScore } from './settle-score.ts';
import { negatives, testPictures } from './test-pictures.ts';
import type { Verdict } from './verdict.ts';

/** How much of the largest logit float32 may lose to another order of sums, and a quantised model to another rounding. */
const tolerance = { float: 2e-3, quantised: 0.25 };

/**
 * Runs the file without optimisation, and with the one that explanations are made with. Where something in it may look at the whole batch, the
 * first picture gets other neighbours then.
 * @returns what is to be done otherwise, and said
 */
export async function probeModel(
  source: SourceModel,
  prepared: PreparedModel,
  options: ExplainerOptions,
  folder: string,
): Promise<Verdict> {
  const { sizes, score, graph } = prepared;
  const count = sizes.batchFree ? (mayMixImages(graph, sizes.batchSize) ? 2 : 1) : sizes.batchSize;
  const settles = (options.scoreActivation ?? 'auto') === 'auto';
  const candidates = settles && score.activation === undefined ? possibleLogits(graph, score.output) : [];
  const isMade = (tensor: string) => source.graph.producer(tensor) !== undefined;
  const normalised = options.pixels === undefined ? undefined : firstNormalisation(source.graph);
  const compared = score.sources.every(isMade) ? score.sources : [score.output];
  const wanted = [score.output, ...compared, ...candidates, ...(normalised === undefined ? [] : [normalised.input])];
  const tensors = [...new Set(wanted.filter(isMade))];
  const run = await FileRun.write(source, sizes, count, tensors, folder);
  const batch = (first: number, others: number) => {
    const which = Array.from({ length: count }, (_, i) => (i === 0 ? first : others + i));
    return testPictures(which, sizes.input, options.pixels);
  };
  const here = batch(0, 0);
  const elsewhere = count === 1 ? here : batch(0, 100);

  const [plain = noAnswers] = await run.answers([here], null);
  const own = plain.get(score.output);
  if (own === undefined) return nothingFound;
  // Of several pictures in a batch, some are others already.
  const batches = count === 1 ? [here, negatives(here)] : [elsewhere];
  const [optimized = noAnswers, other = optimized] = await run.answers(batches, []);
  const rows = [plain, other].flatMap((answers) => rowsOf(answers.get(score.output) ?? new Float32Array(), count));
  const warnings = [
    ...finiteWarnings(own, score),
    ...(normalised === undefined ? [] : normalisationWarnings(normalised, plain, count)),
  ];
  const same = sameWarnings(plain, other, score, count);
  // Of scores that never change, nothing else can be told.
  const settled =
    settles && same.length === 0 ? settleScore(score, candidates, plain, rows, count) : { score: null, warnings: [] };
  const isQuantised = graph.nodes.some(({ opType }) => /Quantize|QLinear|Integer$/.test(opType));
  const allowed = isQuantised ? tolerance.quantised : tolerance.float;
  const off = (answers: Answers) => Math.max(...compared.map((name) => firstDiffers(plain, answers, name, count)));
  const isAlike = (answers: Answers) => off(answers) <= allowed;
  const found = isAlike(optimized)
    ? { optimizers: [], warnings: [] }
    : await explainDifference(run, here, elsewhere, isAlike, off(optimized));
  return {
    optimizers: found.optimizers,
    score: settled.score,
    warnings: [...warnings, ...same, ...found.warnings, ...settled.warnings],
  };
}

export const nothingFound: Verdict = { optimizers: [], score: null, warnings: [] };

const noAnswers: Answers = new Map();

/** Operators that may take several images together. */
const joining = /^(Reduce|ArgM|CumSum|TopK|LpNorm|Mean|LogSoftmax|Softmax|Hardmax|MeanVariance)/;

/** Whether an operator works along the axis of the images. */
function mayMixImages(graph: Graph, batchSize: number): boolean {
  if (batchSize < 2) return false;
  return graph.nodes.some((node) => {
    const shape = graph.type(node.input[0] ?? '')?.shape ?? [];
    if (!joining.test(node.opType) || shape[0] !== batchSize || shape.length < 2) return false;
    // A reduction without axes is over all of them.
    const axis = node.opType.startsWith('Reduce') ? 0 : -1;
    const axes = graph.constant(node.input[1] ?? '') ??
      intsAttribute(node, 'axes') ?? [intAttribute(node, 'axis', axis)];
    return axes.some((each) => each === 0 || each === -shape.length);
  });
}

/** By how much of its largest value the first picture's row of a tensor differs. */
function firstDiffers(a: Answers, b: Answers, tensor: string, images: number): number {
  const [first] = rowsOf(a.get(tensor) ?? new Float32Array(), images);
  const [second] = rowsOf(b.get(tensor) ?? new Float32Array(), images);
  if (first === undefined || second === undefined || !first.every(Number.isFinite)) return 0;
  const size = first.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-6);
  return distance(first, second) / size;
}

/** Why the same picture gets two answers. */
async function explainDifference(
  run: FileRun,
  here: Float32Array,
  elsewhere: Float32Array,
  isAlike: (answers: Answers) => boolean,
  off: number,
): Promise<Pick<Verdict, 'optimizers' | 'warnings'>> {
  const share = `${(100 * off).toPrecision(2)}% of the largest`;
  const again = async (batch: Float32Array, optimized: readonly string[] | null) =>
    isAlike((await run.answers([batch], optimized))[0] ?? noAnswers);
  if (!(await again(here, null))) {
    return warned(
      `The model answers the same picture otherwise each time (scores differ by ${share}): something in it draws random numbers. Export it in evaluation mode.`,
    );
  }
  if (!(await again(elsewhere, null))) {
    return warned(
      `The model's answer for a picture depends on the pictures beside it (scores differ by ${share}): it normalises over the batch, as a BatchNormalization in training mode does, or a ` +
        'softmax over the wrong axis. Scores and maps change with --batch-size and with the order of images. Export it in evaluation mode, with activations over the classes.',
    );
  }
  const optimizers = await faultyOptimizers((disabled) => again(elsewhere, disabled));
  const what = `ONNX Runtime ${runtimeVersion()} computes something else than the file says when it optimises this model (scores differ by ${share})`;
  return optimizers === undefined
    ? warned(
        `${what}, and no optimizer of its alone is at fault. Try another --provider, or export the model in another way.`,
      )
    : { optimizers, warnings: [`${what}: ${optimizers.join(', ')} is at fault, and is switched off for it.`] };
}

const warned = (warning: string) => ({ optimizers: [], warnings: [warning] });

function finiteWarnings(own: Float32Array, { output }: ClassScore): string[] {
  if (own.every(Number.isFinite)) return [];
  return [
    `The model's output '${output}' holds numbers that are not finite for Gradline's test pictures. Check the preprocessing (--preprocess, --mean, --std, --range), and the model itself.`,
  ];
}

/** Pictures that have nothing in common, and get the same answer. */
function sameWarnings(plain: Answers, other: Answers, { sources, output }: ClassScore, images: number): string[] {
  const [tensor = output] = sources.filter((each) => plain.has(each));
  const rows = [plain, other].flatMap((answers) => rowsOf(answers.get(tensor) ?? new Float32Array(), images));
  const [first, ...others] = rows;
  if (first === undefined || !first.every(Number.isFinite) || others.some((row) => distance(first, row) > 0)) return [];
  return [
    "The model gives the same scores to all of Gradline's test pictures, which have nothing in common: with this preprocessing it does not look at them. Check --preprocess, --mean, --std and --range, and the file itself.",
  ];
}
