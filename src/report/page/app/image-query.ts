/** Which images the gallery shows and in which order, from the address's parameters. */

import { at } from '../../../explain/at.ts';
import { changedRows } from './changes/change-lists.ts';
import type { Report } from './report.ts';

export const showChoices = {
  all: 'All images',
  mistakes: 'Mistakes',
  correct: 'Correct',
  suspected: 'Suspected labels',
  degenerate: 'Degenerate maps',
  unlabelled: 'Without label',
} as const;

type Show = keyof typeof showChoices;

export const sortChoices = {
  confident: 'Most confident first',
  unsure: 'Least confident first',
  margin: 'Smallest margin first',
  key: 'By key',
} as const;

type Sort = keyof typeof sortChoices;

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
}

/** Names of the parameters that make a query. */
export const queryParams = ['show', 'sort', 'label', 'predicted', 'text', 'inside'];

export function readQuery(params: URLSearchParams): ImageQuery {
  return {
    show: choiceOf(showChoices, params.get('show'), 'all'),
    sort: choiceOf(sortChoices, params.get('sort'), 'confident'),
    label: classOf(params.get('label')),
    predicted: classOf(params.get('predicted')),
    text: (params.get('text') ?? '').toLowerCase(),
    inside: params.get('inside') ?? '',
  };
}

/** Rows in the order of the query. The members of a cluster or gap keep its own order unless another is asked for. */
export function findImages(report: Report, query: ImageQuery, sorted = true): number[] {
  const members = query.inside === '' ? null : membersOf(report, query.inside);
  const candidates = members ?? Array.from({ length: report.rows }, (_, row) => row);
  const found = candidates.filter((row) => matches(report, query, row));
  return sorted ? sortRows(report, found, query.sort) : found;
}

/** Rows of a cluster, gap, item of the collection list or list of changes, in its order. */
function membersOf({ findings, changes }: Report, id: string): number[] {
  const group = [...findings.clusters, ...findings.gaps].find((one) => one.id === id);
  if (group) return group.images;
  return changedRows(changes, id) ?? findings.collect.find(({ rank }) => `collect-${rank}` === id)?.images ?? [];
}

function matches(report: Report, { show, label, predicted, text }: ImageQuery, row: number): boolean {
  if (label !== null && report.label[row] !== label) return false;
  if (predicted !== null && report.predicted[row] !== predicted) return false;
  if (!isShown(report, show, row)) return false;
  return text === '' || report.keyOf(row).toLowerCase().includes(text);
}

function isShown(report: Report, show: Show, row: number): boolean {
  switch (show) {
    case 'all':
      return true;
    case 'mistakes':
      return report.isMistake(row);
    case 'correct':
      return report.label[row] === report.predicted[row];
    case 'suspected':
      return report.suspected.has(row);
    case 'degenerate':
      return report.isDegenerate(row);
    case 'unlabelled':
      return report.label[row] === -1;
  }
}

/** Equal ones stay in the order of the run. */
function sortRows(report: Report, rows: number[], sort: Sort): number[] {
  const { score, margin } = report;
  switch (sort) {
    case 'confident':
      return rows.sort((a, b) => at(score, b) - at(score, a) || a - b);
    case 'unsure':
      return rows.sort((a, b) => at(score, a) - at(score, b) || a - b);
    case 'margin':
      return rows.sort((a, b) => at(margin, a) - at(margin, b) || a - b);
    case 'key':
      return rows.sort((a, b) => (report.keyOf(a) < report.keyOf(b) ? -1 : 1));
  }
}

function choiceOf<T extends string>(choices: Record<T, string>, wanted: string | null, usual: T): T {
  const names = Object.keys(choices);
  const isChoice = (name: string | null): name is T => name !== null && names.includes(name);
  return isChoice(wanted) ? wanted : usual;
}

function classOf(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text) ? Number(text) : null;
}
