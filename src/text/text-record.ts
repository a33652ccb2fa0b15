/** What the model says of one text, as a record. */

import { at } from '../explain/at.ts';
import type { TextExplanation } from './options.ts';
import type { TextRow } from './read-texts.ts';
import type { QuarantinedText, TextRecord } from './record.ts';
import type { EncodedText } from './tokenizer.ts';

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

export function recordBase(
  { key, text }: TextRow,
  label: number | null,
  className: ClassNaming,
): Pick<TextRecord, 'key' | 'text' | 'label' | 'labelName'> {
  return { key, text, label, labelName: label === null ? null : className(label) };
}

export function quarantinedText(
  base: Pick<TextRecord, 'key' | 'text' | 'label' | 'labelName'>,
  code: string,
  message: string,
): QuarantinedText {
  return { ...base, status: 'quarantined', error: { code, message } };
}

/** A float32 holds about seven significant digits; the rest would only fill the file. */
function significant(value: number): number {
  return Number(value.toPrecision(7));
}
