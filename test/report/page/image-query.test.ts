import { describe, expect, it } from 'vitest';
import { findImages, readQuery } from '../../../src/report/page/app/image-query.ts';
import { openReport } from '../../../src/report/page/app/report.ts';
import { packFloats, packIntegers } from '../../../src/report/page/packed-array.ts';
import type { PageReport } from '../../../src/report/page/page-data.ts';
import { pageFindings } from '../../../src/report/page/page-findings.ts';
import { simpleFindings } from './simple-findings.ts';

const keys = ['cats/A.jpg', 'dogs/b.jpg', 'cats/c.jpg', 'dogs/d.jpg', 'x/e.jpg'];

function report() {
  const findings = simpleFindings([], ['cat', 'dog']);
  const page: PageReport = {
    findings: {
      ...pageFindings(findings, new Map()),
      labelErrors: [{ row: 2, label: 0, predicted: 1, score: 0.9, selfConfidence: null, reason: 'sure' }],
      collect: [{ rank: 1, class: 0, mistakes: 2, sentence: '', from: 'cluster-1', alsoFrom: [], images: [3, 2] }],
    },
    images: {
      keys,
      label: packIntegers([0, 1, 0, 1, -1]),
      predicted: packIntegers([0, 1, 1, 0, 1]),
      score: packFloats([0.6, 0.9, 0.9, 0.5, 0.7]),
      margin: packFloats([0.3, 0.5, 0.1, 0.2, 0.4]),
      degenerate: packIntegers([0, 1, 0, 0, 0]),
      files: packIntegers([0, 0, 0, 0, 0]),
      fileSets: [{ seen: null, overlays: [], maps: [] }],
      folders: [],
    },
    maps: [],
    look: { colormap: 'magma', alpha: 0.6, scale: 'image', on: 'seen' },
    quarantined: { total: 0, listed: [] },
    selection: null,
    changes: null,
    previews: [],
  };
  return openReport(page);
}

const found = (query: string) => findImages(report(), readQuery(new URLSearchParams(query)));

describe('the images of a query', () => {
  it.each([
    ['', [1, 2, 4, 0, 3]],
    ['sort=unsure', [3, 0, 4, 1, 2]],
    ['sort=margin', [2, 3, 0, 4, 1]],
    ['sort=key', [0, 2, 1, 3, 4]],
    ['show=mistakes', [2, 3]],
    ['show=correct', [1, 0]],
    ['show=suspected', [2]],
    ['show=degenerate', [1]],
    ['show=unlabelled', [4]],
    ['label=0', [2, 0]],
    ['predicted=1&label=1', [1]],
    ['text=CATS/a', [0]],
    ['inside=collect-1', [2, 3]],
    ['inside=collect-1&label=1', [3]],
    ['inside=cluster-77', []],
    ['show=nonsense&sort=nonsense&label=x', [1, 2, 4, 0, 3]],
  ])('%s', (query, rows) => {
    expect(found(query)).toEqual(rows);
  });

  it('keep the order of a cluster when none is asked for', () => {
    expect(findImages(report(), readQuery(new URLSearchParams('inside=collect-1')), false)).toEqual([3, 2]);
  });
});
