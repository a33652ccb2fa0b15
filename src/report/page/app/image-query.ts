/** Which images the gallery shows and in which order, from the address's parameters. */

import { at } from '../../../explain/at.ts';
import { changedRows } from './changes/change-lists.ts';
import { type ClassQuestion, isAsked, questionParams, readQuestion } from './multi-label/class-question.ts';
import { reaches } from './multi-label/outcome.ts';
import type { Report } from './report.ts';

export const showChoices = {
  all: 'All images',
  mistakes: 'Mistakes',
  correct: 'Correct',
  suspected: 'Suspected labels',
  degenerate: 'Degenerate maps',
  unlabelled: 'Without label',
} as const;

/** The same where an image may have several labels. */
export const multiLabelShowChoices: Record<Show, string> = {
  ...showChoices,
  mistakes: 'With any mistake',
  correct: 'All decisions right',
  suspected: 'Suspected missing labels',
  unlabelled: 'Without labels',
};

type Show = keyof typeof showChoices;

export const sortChoices = {
  confident: 'Most confident first',
  unsure: 'Least confident first',
  margin: 'Smallest margin first',
  key: 'By key',
} as const;

export const multiLabelSortChoices = {
  confident: 'Highest score first',
  unsure: 'Lowest score first',
  margin: 'Nearest to the threshold first',
  mistakes: 'Most mistakes first',
  key: 'By key',
} as const;

type Sort = keyof typeof multiLabelSortChoices;

export interface ImageQuery {
  show: Show;
  sort: Sort;
  /** Classes; null: any. */
  label: number | null;
  predicted: number | null;
  /** Part of the key, in lower case. */
  text: string;
  /** Id of a cluster, a gap, `collect-<rank>` or `changes-<list>`; empty: any image. */
  inside: string;
  /** Only where images may have several labels. */
  about: ClassQuestion | null;
}

/** Classes whose columns must be loaded before the query can be answered; none where each image has one label. */
export function askedClasses({ multi }: Report, { label, predicted, about }: ImageQuery): number[] {
  return multi ? [label, predicted, about?.class ?? null].filter((index) => index !== null) : [];
}

/** Names of the parameters that make a query. */
export const queryParams = ['show', 'sort', 'label', 'predicted', 'text', 'inside', ...questionParams];

export function readQuery(params: URLSearchParams): ImageQuery {
  return {
    show: choiceOf(showChoices, params.get('show'), 'all'),
    sort: choiceOf(multiLabelSortChoices, params.get('sort'), 'confident'),
    label: classOf(params.get('label')),
    predicted: classOf(params.get('predicted')),
    text: (params.get('text') ?? '').toLowerCase(),
    inside: params.get('inside') ?? '',
    about: readQuestion(params),
  };
}

/** Rows in the order of the query. The members of a cluster or gap keep its own order unless another is asked for. */
export function findImages(report: Report, query: ImageQuery, sorted = true): number[] {
  const members = query.inside === '' ? null : membersOf(report, query.inside);
  const candidates = members ?? Array.from({ length: report.rows }, (_, row) => row);
  const found = candidates.filter((row) => matches(report, query, row));
  return sorted ? sortRows(report, found, query) : found;
}

/** Rows of a cluster, gap, item of the collection list or list of changes, in its order. */
function membersOf({ findings, changes }: Report, id: string): number[] {
  const group = [...findings.clusters, ...findings.gaps].find((one) => one.id === id);
  if (group) return group.images;
  return changedRows(changes, id) ?? findings.collect.find(({ rank }) => `collect-${rank}` === id)?.images ?? [];
}

function matches(report: Report, { show, label, predicted, text, about }: ImageQuery, row: number): boolean {
  if (label !== null && !isOfClass(report, label, row)) return false;
  if (predicted !== null && !isCalled(report, predicted, row)) return false;
  if (report.multi && about !== null && !isAsked(report, about, row)) return false;
  if (!isShown(report, show, row)) return false;
  return text === '' || report.keyOf(row).toLowerCase().includes(text);
}

/** Of several labels, those of a class that is not loaded yet are not known. */
function isOfClass({ multi, label }: Report, index: number, row: number): boolean {
  return multi ? multi.columnsOf(index)?.truth[row] === 1 : label[row] === index;
}

function isCalled({ multi, predicted }: Report, index: number, row: number): boolean {
  if (!multi) return predicted[row] === index;
  return reaches(multi.columnsOf(index)?.scores[row] ?? null, multi.thresholdOf(index));
}

function isShown(report: Report, show: Show, row: number): boolean {
  switch (show) {
    case 'all':
      return true;
    case 'mistakes':
      return report.isMistake(row);
    case 'correct':
      return report.isLabelled(row) && !report.isMistake(row);
    case 'suspected':
      return report.isSuspected(row);
    case 'degenerate':
      return report.isDegenerate(row);
    case 'unlabelled':
      return !report.isLabelled(row);
  }
}

/** Equal ones stay in the order of the run. */
function sortRows(report: Report, rows: number[], { sort, about }: ImageQuery): number[] {
  const { multi } = report;
  const own = about && multi?.columnsOf(about.class);
  const score = own ? own.scores : report.score;
  switch (sort) {
    case 'confident':
      return rows.sort((a, b) => known(at(score, b)) - known(at(score, a)) || a - b);
    case 'unsure':
      return rows.sort((a, b) => known(at(score, a)) - known(at(score, b)) || a - b);
    case 'mistakes':
      return rows.sort((a, b) => (multi?.mistakesOf(b) ?? 0) - (multi?.mistakesOf(a) ?? 0) || a - b);
    case 'margin':
      return rows.sort((a, b) => marginOf(report, about, a) - marginOf(report, about, b) || a - b);
    case 'key':
      return rows.sort((a, b) => (report.keyOf(a) < report.keyOf(b) ? -1 : 1));
  }
}

/** Of several labels: from the class's score to its threshold; of the best class where none is asked about. */
function marginOf({ multi, margin, predicted, score }: Report, about: ClassQuestion | null, row: number): number {
  if (!multi) return at(margin, row);
  const index = about?.class ?? at(predicted, row);
  const own = about ? (multi.columnsOf(index)?.scores ?? score) : score;
  return Math.abs(known(at(own, row)) - (about?.threshold ?? multi.thresholdOf(index)));
}

/** A score that is not recorded is below all that are. */
function known(score: number): number {
  return Number.isNaN(score) ? -1 : score;
}

function choiceOf<T extends string>(choices: Record<T, string>, wanted: string | null, usual: T): T {
  const names = Object.keys(choices);
  const isChoice = (name: string | null): name is T => name !== null && names.includes(name);
  return isChoice(wanted) ? wanted : usual;
}

function classOf(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text) ? Number(text) : null;
}
