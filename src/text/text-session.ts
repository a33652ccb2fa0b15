/** A text classifier compiled for one batch size and one number of tokens. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { truthInput, truthValues } from '../explain/append-wanted.ts';
import { scoreActivationOf, softmaxDoubt, thresholdsByClass } from '../explain/class-decisions.ts';
import { namesOf } from '../explain/class-names.ts';
import { loadRuntime } from '../explain/onnx/runtime.ts';
import { simplify } from '../explain/onnx/simplify.ts';
import { fixInputShapes } from '../explain/onnx/sizes.ts';
import { openExplained } from '../explain/open-model.ts';
import { readSource } from '../explain/prepare.ts';
import { floats, integers, slotFloats, slotIntegers } from '../explain/session-arrays.ts';
import { labelInput, parseTargets } from '../explain/target.ts';
import { tensorOf } from '../explain/tensor-of.ts';
import { takeWanted } from '../explain/wanted-classes.ts';
import { compileText, graphChooses, type TextGraphRequest, type TextOutputs } from './compile-text.ts';
import { findEmbedding } from './embedding.ts';
import { shareInput } from './interpolation.ts';
import { defaultMethod, type TextExplainerOptions, type TokenSequence } from './options.ts';
import { findTokenInputs, type TokenInput } from './token-inputs.ts';

export interface TextSizes {
  batchSize: number;
  /** Tokens of each text, padding included. */
  length: number;
}

/** What one run returns for `count` texts. */
export interface TextRun {
  /** `[count, classCount]` each. */
  logits: Float32Array;
  scores: Float32Array;
  /** Those that differ from text to text first, in the order of `TextSession.names`: the explained classes, `[count]`, and gradients times inputs or differences, `[count, length]` each. */
  targets: { classes: Int32Array; timesInput: Float32Array; timesDifference: Float32Array }[];
}

export class TextSession {
  readonly sizes: TextSizes;
  readonly outputs: TextOutputs;
  /** What is explained, in the order of `TextRun.targets`. `against` is the class that it is compared with. */
  readonly targets: readonly { name: string; against: number | undefined }[];
  /** What is odd about the model, a sentence each. */
  readonly warnings: readonly string[];
  readonly #session: InferenceSession;
  readonly #inputs: readonly TokenInput[];
  readonly #padId: number;
  readonly #mixes: boolean;

  private constructor(
    sizes: TextSizes,
    outputs: TextOutputs,
    session: InferenceSession,
    inputs: readonly TokenInput[],
    options: { padId: number; mixes: boolean; warnings: string[] },
  ) {
    this.sizes = sizes;
    this.outputs = outputs;
    this.warnings = options.warnings;
    this.targets = [
      ...(outputs.slots?.names ?? []).map((name) => ({ name, against: undefined })),
      ...outputs.targets.map(({ target: { name, kind } }) => ({
        name,
        against: kind.from === 'class' ? kind.against : undefined,
      })),
    ];
    this.#session = session;
    this.#inputs = inputs;
    this.#padId = options.padId;
    this.#mixes = options.mixes;
  }

  /** @throws UserError as `TextExplainer` does */
  static async open(options: TextExplainerOptions, sizes: TextSizes): Promise<TextSession> {
    const folder = await mkdtemp(path.join(tmpdir(), 'gradline-'));
    try {
      const source = await readSource(options.model, folder, { wholeInputs: 'indices' });
      const tokens = findTokenInputs(source.model);
      const embedding = findEmbedding(source, tokens, options.layer);
      const { batchSize, length } = sizes;
      fixInputShapes(source.model, new Map(tokens.inputs.map(({ name }) => [name, [batchSize, length]])));
      const simplified = await simplify(source.model, [embedding], folder, { stored: source.stored });
      const padId = options.padId ?? 0;
      const mixes = (options.methods ?? [defaultMethod]).includes('integrated-gradients');
      const { model, outputs } = compileText(simplified, {
        ...sizes,
        ids: tokens.ids,
        embedding,
        layer: options.layer,
        outputs: source.outputs,
        scoreActivation: (score) => scoreActivationOf(options, score),
        baseline: mixes ? { baseline: options.baseline ?? 'zero', padId } : undefined,
        ...targetsOf(options),
      });
      const session = await openExplained(model, simplified.folder, options);
      const doubt = softmaxDoubt(options, outputs.score, 'text');
      const warnings = [...outputs.score.doubts, ...(doubt === null ? [] : [doubt])];
      return new TextSession(sizes, outputs, session, tokens.inputs, { padId, mixes, warnings });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /**
   * @param texts at most the batch size; none longer than the session
   * @param share of the embeddings in the mixture with the baseline
   * @param classes by target, the class of each text to explain; default: what the target chooses
   */
  async run(texts: readonly TokenSequence[], share = 1, classes?: readonly Int32Array[]): Promise<TextRun> {
    const { Tensor } = await loadRuntime();
    const { batchSize, length } = this.sizes;
    const count = texts.length;
    // The rest of the batch repeats its first text: rows of nothing but padding would have no softmax.
    const rows = Array.from({ length: batchSize }, (_, row) => texts[row] ?? texts[0] ?? { ids: [] });
    const perText = (numberOf: (row: number) => number) =>
      new Tensor(
        'int64',
        BigInt64Array.from(rows, (_, row) => BigInt(numberOf(row))),
        [batchSize],
      );
    const feeds: Record<string, Tensor> = {};
    for (const input of this.#inputs) {
      const numbers = rows.flatMap((text) => this.#numbers(input, text));
      feeds[input.name] = await tensorOf(input.elementType, numbers, [batchSize, length]);
    }
    const { slots } = this.outputs;
    const slotCount = slots?.names.length ?? 0;
    if (slots !== null) Object.assign(feeds, await this.#slotFeeds(slots, texts, classes));
    this.outputs.targets.forEach(({ chosen }, target) => {
      feeds[chosen] = perText((row) => classes?.[slotCount + target]?.[row] ?? -1);
    });
    if (this.outputs.usesLabels) feeds[labelInput] = perText((row) => rows[row]?.label ?? -1);
    if (this.#mixes) feeds[shareInput] = new Tensor('float32', Float32Array.of(share), [1, 1, 1]);
    const results = await this.#session.run(feeds);
    const part = (tensor: string) => floats(results, tensor, count, batchSize);
    return {
      logits: part(this.outputs.logits),
      scores: part(this.outputs.scores),
      targets: [
        ...(slots?.names ?? []).map((_, slot) => ({
          classes: slotIntegers(results, slots?.classes ?? '', slot, count, batchSize),
          timesInput: slotFloats(results, slots?.timesInput ?? '', slot, count, batchSize),
          timesDifference: slotFloats(results, slots?.timesDifference ?? '', slot, count, batchSize),
        })),
        ...this.outputs.targets.map((t) => ({
          classes: integers(results, t.classes, count),
          timesInput: part(t.timesInput),
          timesDifference: part(t.timesDifference),
        })),
      ],
    };
  }

  /** The texts' classes and what is true of them. Rows that only fill the batch have none. */
  async #slotFeeds(
    { names, chosen }: NonNullable<TextOutputs['slots']>,
    texts: readonly TokenSequence[],
    classes: readonly Int32Array[] | undefined,
  ): Promise<Record<string, Tensor>> {
    const { Tensor } = await loadRuntime();
    const { batchSize } = this.sizes;
    const { classCount } = this.outputs;
    const places = Array.from(names, (_, slot) =>
      Array.from({ length: batchSize }, (_, row) =>
        classes === undefined ? graphChooses : (classes[slot]?.[row] ?? -1),
      ),
    );
    const truth = new Float32Array(batchSize * classCount).fill(truthValues.none);
    for (const [row, { labels, unknown = [] }] of texts.entries()) {
      const own = truth.subarray(row * classCount, (row + 1) * classCount);
      own.fill(labels === undefined ? truthValues.unknown : truthValues.isNot);
      for (const index of labels ?? []) own[index] = truthValues.isTrue;
      for (const index of unknown) own[index] = truthValues.unknown;
    }
    return {
      [chosen]: new Tensor('int64', BigInt64Array.from(places.flat(), BigInt), [names.length, batchSize]),
      [truthInput]: new Tensor('float32', truth, [batchSize, classCount]),
    };
  }

  /** One text's row of an input. */
  #numbers({ role }: TokenInput, { ids, typeIds }: TokenSequence): number[] {
    return Array.from({ length: this.sizes.length }, (_, at) => {
      if (role === 'positions') return at;
      if (role === 'ids') return ids[at] ?? this.#padId;
      if (role === 'types') return typeIds?.[at] ?? 0;
      return at < ids.length ? 1 : 0;
    });
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}

function targetsOf(options: TextExplainerOptions): Pick<TextGraphRequest, 'targets' | 'wanted'> {
  const { targets = ['predicted'], thresholds } = options;
  if (thresholds === undefined) {
    return { targets: (classCount) => parseTargets(targets, classCount, namesOf(options)) };
  }
  return {
    targets: (classCount) => parseTargets(takeWanted(targets, classCount).others, classCount, namesOf(options)),
    wanted: (classCount) => {
      const { wanted } = takeWanted(targets, classCount);
      const own = thresholdsByClass(thresholds, classCount);
      return wanted === null ? null : { classes: wanted, thresholds: own };
    },
  };
}
