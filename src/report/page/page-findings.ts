/** The findings as the page has them: rows in place of keys. */

import type { Cluster, Findings, Gap, MultiLabelFindings } from '../contract.ts';
import { digits } from './digits.ts';
import type { PageCluster, PageFindings, PageGap, PageMultiLabel, ScatterPoint } from './page-data.ts';

/** @param rows row of each key on the page; images that are not on it are left out of the lists */
export function pageFindings(findings: Findings, rows: ReadonlyMap<string, number>): PageFindings {
  const {
    version: _version,
    mistakes: _mistakes,
    labelErrors,
    clusters,
    gaps,
    collect,
    multiLabel,
    ...whole
  } = findings;
  return {
    ...whole,
    ...(multiLabel === undefined ? {} : { multiLabel: pageMultiLabel(multiLabel, rows) }),
    labelErrors: labelErrors.flatMap(({ key, ...error }) => {
      const row = rows.get(key);
      return row === undefined ? [] : [{ row, ...error }];
    }),
    clusters: clusters.map((cluster) => pageCluster(cluster, rows)),
    gaps: gaps.map((gap) => pageGap(gap, rows)),
    collect: collect.map((item) => ({ ...item, images: rowsOf(item.images, rows) })),
  };
}

function pageMultiLabel(
  { mistakes: _mistakes, missingLabels, coOccurrence, ...numbers }: MultiLabelFindings,
  rows: ReadonlyMap<string, number>,
): PageMultiLabel {
  return {
    ...numbers,
    coOccurrence: {
      ...coOccurrence,
      travelling: coOccurrence.travelling.map((cue) => ({
        ...cue,
        heatmap: cue.heatmap === null ? null : cue.heatmap.map(threeDigits),
        images: rowsOf(cue.images, rows),
      })),
    },
    missingLabels: missingLabels.flatMap(({ key, ...missing }) => {
      const row = rows.get(key);
      return row === undefined ? [] : [{ row, ...missing }];
    }),
  };
}

function pageCluster(cluster: Cluster, rows: ReadonlyMap<string, number>): PageCluster {
  const { images, typical, counterExamples, heatmap, embedding, ...numbers } = cluster;
  return {
    ...numbers,
    heatmap: heatmap.map(threeDigits),
    images: rowsOf(images, rows),
    typical: rowsOf(typical, rows),
    counterExamples: rowsOf(counterExamples, rows),
    embedding: {
      images: images.flatMap((key, i) => pointOf(key, embedding.images[i], rows)),
      correct: embedding.correct.flatMap(({ key, at }) => pointOf(key, at, rows)),
    },
  };
}

function pageGap(gap: Gap, rows: ReadonlyMap<string, number>): PageGap {
  const { images, typical, nearest, heatmap, ...numbers } = gap;
  return {
    ...numbers,
    heatmap: heatmap.map(threeDigits),
    images: rowsOf(images, rows),
    typical: rowsOf(typical, rows),
    nearest: rowsOf(nearest, rows),
  };
}

function rowsOf(keys: readonly string[], rows: ReadonlyMap<string, number>): number[] {
  return keys.flatMap((key) => rows.get(key) ?? []);
}

function pointOf(
  key: string,
  at: readonly [number, number] | undefined,
  rows: ReadonlyMap<string, number>,
): ScatterPoint[] {
  const row = rows.get(key);
  return row === undefined || at === undefined ? [] : [[row, digits(at[0], 4), digits(at[1], 4)]];
}

function threeDigits(value: number): number {
  return digits(value, 3);
}
