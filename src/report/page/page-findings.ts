/** The findings as the page has them: rows in place of keys. */

import type { Cluster, Findings, Gap } from '../contract.ts';
import { digits } from './digits.ts';
import type { PageCluster, PageFindings, PageGap, ScatterPoint } from './page-data.ts';

/** @param rows row of each key on the page; images that are not on it are left out of the lists */
export function pageFindings(findings: Findings, rows: ReadonlyMap<string, number>): PageFindings {
  const { version: _version, mistakes: _mistakes, labelErrors, clusters, gaps, collect, ...whole } = findings;
  return {
    ...whole,
    labelErrors: labelErrors.flatMap(({ key, ...error }) => {
      const row = rows.get(key);
      return row === undefined ? [] : [{ row, ...error }];
    }),
    clusters: clusters.map((cluster) => pageCluster(cluster, rows)),
    gaps: gaps.map((gap) => pageGap(gap, rows)),
    collect: collect.map((item) => ({ ...item, images: rowsOf(item.images, rows) })),
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
