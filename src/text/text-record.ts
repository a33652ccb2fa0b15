/** What the model says of one text, as a record. */

import { at } from '../explain/at.ts';
import { thresholdsByClass } from '../explain/class-decisions.ts';
import { decide, type KnownLabels, outcomeOf, targetsNaming } from '../shared/run/decide.ts';
import type { TextExplanation } from './options.ts';
import type { TextRow } from './read-texts.ts';
import type { DoneText, QuarantinedText, RelevanceRecord, TextRecord } from './record.ts';
import type { EncodedText } from './tokenizer.ts';

export type ClassNaming = (index: number) => string | null;

const topCount = 5;

/** The label of a text, by class index; null when unknown. Where it may have several: `several`, and no `label`. */
export interface TextTruth {
  label: number | null;
  several?: KnownLabels;
}

/** How classes are decided by themselves. */
export interface TextDecisions {
  /** By class index, or one for all. */
  thresholds: number | readonly number[];
  targets: readonly string[];
}

export function textRecord(
  row: TextRow,
  truth: TextTruth,
  encoded: EncodedText,
  explanation: TextExplanation,
  className: ClassNaming,
  decisions?: TextDecisions,
): TextRecord {
  const { label, several = {} } = truth;
  const base = recordBase(row, truth, className);
  const { logits, scores, relevance } = explanation;
  const numbers = [logits, scores, ...relevance.map(({ values }) => values)];
  if (!numbers.every((values) => values.every(Number.isFinite))) {
    return quarantinedText(base, 'not-finite', 'The model computes numbers that are not finite for this text.');
  }
  const best = Array.from(logits.keys()).sort((a, b) => at(logits, b) - at(logits, a) || a - b);
  const [predicted = 0, second] = best;
  const scoreOf = (index: number | undefined) => (index === undefined ? 0 : at(scores, index));
  const top = best
    .slice(0, topCount)
    .map((index) => ({ class: index, name: className(index), score: significant(scoreOf(index)) }));
  const decided =
    decisions === undefined
      ? {}
      : decide(
          several,
          Array.from(scores, significant),
          thresholdsByClass(decisions.thresholds, scores.length),
          className,
          top,
        );
  const pairOf = (target: string, index: number): Pick<RelevanceRecord, 'targets' | 'outcome'> => {
    if (decisions === undefined) return {};
    const outcome = outcomeOf(several, decided, index);
    const named = targetsNaming(decisions.targets, several, decided, index, best.indexOf(index));
    return {
      targets: target.startsWith('class:') ? [target] : named,
      ...(outcome === undefined ? {} : { outcome }),
    };
  };
  return {
    ...base,
    status: 'done',
    predicted,
    predictedName: className(predicted),
    score: significant(scoreOf(predicted)),
    margin: significant(scoreOf(predicted) - scoreOf(second)),
    ...(label === null ? {} : { correct: label === predicted }),
    top,
    ...decided,
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
        ...pairOf(target, index),
      };
    }),
  };
}

type RecordBase = Pick<DoneText, 'key' | 'text' | 'label' | 'labelName' | 'labels' | 'labelNames' | 'unknown'>;

export function recordBase({ key, text }: TextRow, { label, several }: TextTruth, className: ClassNaming): RecordBase {
  const base = { key, text, label, labelName: label === null ? null : className(label) };
  if (several === undefined) return base;
  const { labels = null, unknown } = several;
  const open = unknown === undefined ? {} : { unknown: [...unknown] };
  return { ...base, labels: labels && [...labels], labelNames: labels?.map(className) ?? null, ...open };
}

export function quarantinedText(base: RecordBase, code: string, message: string): QuarantinedText {
  return { ...base, status: 'quarantined', error: { code, message } };
}

/** A float32 holds about seven significant digits; the rest would only fill the file. */
function significant(value: number): number {
  return Number(value.toPrecision(7));
}
