/** A class that is asked about, as addresses have it: which one, from which score it is decided, and which images. */

import type { Report } from '../report.ts';
import { outcomeAt } from './outcome.ts';

export interface ClassQuestion {
  class: number;
  /** Null: the run's own. */
  threshold: number | null;
  /** Null: any image. */
  which: Which | null;
}

export const whichChoices = {
  mistakes: 'False positives and missed',
  'false-positive': 'False positives',
  'false-negative': 'Missed',
  'true-positive': 'Found rightly',
  'true-negative': 'Rightly not decided',
  unknown: 'Truth unknown',
  missing: 'Suspected missing labels',
} as const;

export type Which = keyof typeof whichChoices;

/** Names of the parameters that make a question. */
export const questionParams = ['class', 'threshold', 'which'];

export function readQuestion(params: URLSearchParams): ClassQuestion | null {
  const text = params.get('class');
  if (text === null || !/^\d+$/.test(text)) return null;
  return { class: Number(text), threshold: readThreshold(params), which: readWhich(params) };
}

export function readThreshold(params: URLSearchParams): number | null {
  const text = params.get('threshold') ?? '';
  const number = Number(text);
  return text.trim() === '' || Number.isNaN(number) ? null : number;
}

export function readWhich(params: URLSearchParams): Which | null {
  const text = params.get('which');
  return text !== null && isWhich(text) ? text : null;
}

function isWhich(text: string): text is Which {
  return Object.keys(whichChoices).includes(text);
}

/** Whether the answer about the row is what is asked for; none is before the class is loaded. */
export function isAsked({ multi }: Report, { class: index, threshold, which }: ClassQuestion, row: number): boolean {
  const columns = multi?.columnsOf(index);
  if (!multi || !columns) return false;
  if (which === null) return true;
  if (which === 'missing') return multi.isMissing(row, index);
  const outcome = outcomeAt(columns, row, threshold ?? multi.thresholdOf(index));
  return which === 'mistakes' ? outcome === 'false-positive' || outcome === 'false-negative' : outcome === which;
}
