/** A text classifier opened for explanation: relevance of tokens for classes. */

import { readModel } from '../explain/onnx/model-file.ts';
import { UserError } from '../explain/user-error.ts';
import { compiledLength, type LengthRule } from './compiled-length.ts';
import { integrate } from './integrated-gradients.ts';
import {
  defaultMethod,
  type TextExplainerOptions,
  type TextExplanation,
  type TextMethod,
  type TokenRelevance,
  type TokenSequence,
} from './options.ts';
import { TextSession } from './text-session.ts';
import { findTokenInputs, type TokenInputs } from './token-inputs.ts';

const defaultBatchSize = 8;
const defaultMaxLength = 512;
const defaultSteps = 32;

/**
 * Explains token sequences. ONNX Runtime needs fixed sizes, so a session is compiled for each number of tokens, when it
 * is first wanted; one is open at a time.
 *
 *     await using explainer = await TextExplainer.open({ model: 'model.onnx' });
 *     const [explanation] = await explainer.explain([{ ids: [101, 2307, 3185, 102] }]);
 */
export class TextExplainer implements AsyncDisposable {
  /** Most tokens of a text. */
  readonly maxLength: number;
  readonly #options: TextExplainerOptions;
  readonly #batchSize: number | undefined;
  readonly #lengths: LengthRule;
  #session: TextSession | undefined;
  #warnings: readonly string[] = [];

  private constructor(options: TextExplainerOptions, tokens: TokenInputs) {
    this.maxLength = Math.min(options.maxLength ?? defaultMaxLength, tokens.length ?? Number.POSITIVE_INFINITY);
    this.#options = options;
    this.#batchSize = tokens.batchSize;
    this.#lengths = {
      shared: tokens.masked && !(options.exactLengths ?? false),
      fixed: tokens.length,
      least: options.padTo ?? 1,
      most: this.maxLength,
    };
  }

  /**
   * Reads what the model takes. The rest of it is read with the first text.
   * @throws UserError `model-not-found`, `not-onnx`, `no-token-input`, `unknown-input`, `bad-setting`
   */
  static async open(options: TextExplainerOptions): Promise<TextExplainer> {
    const tokens = findTokenInputs(await readModel(options.model));
    const explainer = new TextExplainer(options, tokens);
    if ((options.padTo ?? 1) > explainer.maxLength) {
      throw new UserError(
        'bad-setting',
        `Texts cannot be padded to ${options.padTo} tokens: the model takes at most ${explainer.maxLength}.`,
      );
    }
    return explainer;
  }

  /** What is odd about the model, a sentence each; known when texts have been explained. */
  get warnings(): readonly string[] {
    return this.#warnings;
  }

  /** How many tokens the session for a text of `length` tokens has: texts with the same number share a session. */
  compiledLength(length: number): number {
    return compiledLength(length, this.#lengths);
  }

  /**
   * Explains texts that share one compiled length, in order.
   * @throws UserError `no-embedding`, `several-embeddings`, `no-token-axis`, `no-gradient-rule`, `unknown-target`,
   * `unknown-class`, `not-a-classifier`, `session-failed`, ...; RangeError for texts of different or too large lengths
   */
  async explain(texts: readonly TokenSequence[]): Promise<TextExplanation[]> {
    const lengths = new Set(texts.map(({ ids }) => this.compiledLength(ids.length)));
    const [length] = lengths;
    if (length === undefined) return [];
    if (lengths.size > 1) throw new RangeError(`Texts for several compiled lengths: ${[...lengths].join(', ')}.`);
    const session = await this.#sessionFor(length, texts.length);
    this.#warnings = session.warnings;
    checkLabels(texts, session.outputs.classCount);
    const explained: TextExplanation[] = [];
    for (let start = 0; start < texts.length; start += session.sizes.batchSize) {
      const batch = texts.slice(start, start + session.sizes.batchSize);
      explained.push(...(await this.#explainBatch(session, batch)));
    }
    return explained;
  }

  async #sessionFor(length: number, count: number): Promise<TextSession> {
    const asked = this.#batchSize ?? Math.min(this.#options.batchSize ?? defaultBatchSize, count);
    const open = this.#session;
    if (open?.sizes.length === length && open.sizes.batchSize >= asked) return open;
    await this.close();
    this.#session = await TextSession.open(this.#options, { batchSize: asked, length });
    return this.#session;
  }

  async #explainBatch(session: TextSession, batch: readonly TokenSequence[]): Promise<TextExplanation[]> {
    const { classCount } = session.outputs;
    const whole = await session.run(batch);
    const methods: readonly TextMethod[] = this.#options.methods ?? [defaultMethod];
    const integrated = methods.includes('integrated-gradients')
      ? await integrate(session, batch, whole, this.#options.steps ?? defaultSteps)
      : undefined;
    return batch.map(({ ids }, row) => {
      const rowOf = (values: Float32Array, width: number) => values.slice(row * width, (row + 1) * width);
      const ofTokens = (values: Float32Array) => rowOf(values, session.sizes.length).slice(0, ids.length);
      const slotCount = session.outputs.slots?.names.length ?? 0;
      const relevance = session.targets.flatMap(({ name, against }, t) => {
        const index = whole.targets[t]?.classes[row] ?? -1;
        // A text has relevance for as many classes as its own targets name.
        if (t < slotCount && index < 0) return [];
        return methods.map((method): TokenRelevance => {
          const explained = (logits: Float32Array) => explainedLogit(rowOf(logits, classCount), index, against);
          const values = method === 'grad-x-input' ? whole.targets[t]?.timesInput : integrated?.targets[t];
          return {
            method,
            target: name,
            class: index,
            values: ofTokens(values ?? new Float32Array()),
            logit: explained(whole.logits),
            baselineLogit: method === 'grad-x-input' || integrated === undefined ? null : explained(integrated.logits),
          };
        });
      });
      return { logits: rowOf(whole.logits, classCount), scores: rowOf(whole.scores, classCount), relevance };
    });
  }

  /** Frees the session. Closing twice is harmless. */
  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.close();
  }

  /** Closes at the end of an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function checkLabels(texts: readonly TokenSequence[], classCount: number): void {
  const wrong = texts.flatMap(({ label = -1, labels = [] }) => [label, ...labels]).find((label) => label >= classCount);
  if (wrong === undefined) return;
  throw new UserError(
    'unknown-class',
    `A text's label is class ${wrong}, but the model has ${classCount}, counted from 0. Check the labels and their order.`,
  );
}

/** The score that relevance explains; 0 for a text without the target. */
function explainedLogit(logits: Float32Array, index: number, against: number | undefined): number {
  if (index < 0) return 0;
  return (logits[index] ?? 0) - (against === undefined ? 0 : (logits[against] ?? 0));
}
