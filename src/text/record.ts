/** One text's line of JSON. */

import { at } from '../explain/at.ts';
import type { Answer } from '../shared/run/record.ts';
import type { TextExplanation, TextMethod } from './options.ts';
import type { TextRow } from './read-texts.ts';
import type { EncodedText, Token } from './tokenizer.ts';

/** Relevance of the tokens for one class. */
export interface RelevanceRecord {
  method: TextMethod;
  target: string;
  class: number;
  className: string | null;
  /** One signed value for each token, in the order of `tokens`. */
  values: number[];
  sum: number;
  /** The explained score before Softmax or Sigmoid, and at the baseline; the latter only for integrated gradients. */
  logit: number;
  baselineLogit: number | null;
  degenerate: boolean;
  /** Why: `no-label`, `no-gradient`; null for ordinary relevance. */
  degenerateReason: string | null;
}

interface TextRecordBase {
  key: string;
  text: string;
  label: number | null;
  labelName: string | null;
}

export interface DoneText extends TextRecordBase, Answer {
  status: 'done';
  /** Whether the text had more tokens than the model takes; the rest of it was not seen. */
  truncated: boolean;
  tokens: Token[];
  relevance: RelevanceRecord[];
}

export interface QuarantinedText extends TextRecordBase {
  status: 'quarantined';
  error: { code: string; message: string };
}

export type TextRecord = DoneText | QuarantinedText;

export type ClassNaming = (index: number) => string | null;

const topCount = 5;

/** @param label class index; null when unknown */
export function textRecord(
  row: TextRow,
  label: number | null,
  encoded: EncodedText,
  explanation: TextExplanation,
  className: ClassNaming,
): TextRecord {
  const base = recordBase(row, label, className);
  const { logits, scores, relevance } = explanation;
  const numbers = [logits, scores, ...relevance.map(({ values }) => values)];
  if (!numbers.every((values) => values.every(Number.isFinite))) {
    return quarantinedText(base, 'not-finite', 'The model computes numbers that are not finite for this text.');
  }
  const best = Array.from(logits.keys()).sort((a, b) => at(logits, b) - at(logits, a) || a - b);
  const [predicted = 0, second] = best;
  const scoreOf = (index: number | undefined) => (index === undefined ? 0 : at(scores, index));
  return {
    ...base,
    status: 'done',
    predicted,
    predictedName: className(predicted),
    score: significant(scoreOf(predicted)),
    margin: significant(scoreOf(predicted) - scoreOf(second)),
    ...(label === null ? {} : { correct: label === predicted }),
    top: best.slice(0, topCount).map((index) => ({
      class: index,
      name: className(index),
      score: significant(scoreOf(index)),
    })),
    truncated: encoded.truncated,
    tokens: encoded.tokens,
    relevance: relevance.map(({ method, target, class: index, values, logit, baselineLogit }) => {
      const reason = index < 0 ? 'no-label' : values.every((value) => value === 0) ? 'no-gradient' : null;
      return {
        method,
        target,
        class: index,
        className: index < 0 ? null : className(index),
        values: Array.from(values, significant),
        sum: significant(values.reduce((a, b) => a + b, 0)),
        logit: significant(logit),
        baselineLogit: baselineLogit === null ? null : significant(baselineLogit),
        degenerate: reason !== null,
        degenerateReason: reason,
      };
    }),
  };
}

export function recordBase({ key, text }: TextRow, label: number | null, className: ClassNaming): TextRecordBase {
  return { key, text, label, labelName: label === null ? null : className(label) };
}

export function quarantinedText(base: TextRecordBase, code: string, message: string): QuarantinedText {
  return { ...base, status: 'quarantined', error: { code, message } };
}

/** A float32 holds about seven significant digits; the rest would only fill the file. */
function significant(value: number): number {
  return Number(value.toPrecision(7));
}
