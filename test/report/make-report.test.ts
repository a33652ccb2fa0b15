import { parse } from 'csv-parse/sync';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { expect, test } from 'vitest';
import { diffRuns } from '../../src/report/diff/diff-runs.ts';
import { makeReport } from '../../src/report/make-report.ts';
import type { Store } from '../../src/shared/store/store.ts';
import { answered, classNames, outputOf, quarantined, severalLabels } from './hand-made.ts';

/** Three mistakes among six explained images; keys and names that spreadsheets take for formulas. */
async function madeOutput(): Promise<Store> {
  return outputOf({
    shards: [
      [answered('-1.jpg', 1, 0, 0.7), answered('a.jpg', 0, 0), answered('b.jpg', 1, 1), quarantined('c.jpg')],
      [answered('=d.jpg', 2, 1, 0.9), answered('e.jpg', 2, 2), answered('f.jpg', 0, 2, 0.8)],
    ],
    heatmap: () => [1, 0, 0, 0],
  });
}

async function linesOf(output: Store, key: string): Promise<unknown[]> {
  const lines = (await output.get(key)).toString('utf8').split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => JSON.parse(line));
}

test('a report hands over every mistake as JSON lines and as Parquet, the most confident first', async () => {
  const output = await madeOutput();
  const { findings, page } = await makeReport(output);
  const rows = await linesOf(output, 'report/mistakes.jsonl');
  expect(rows).toEqual(
    [
      { key: '=d.jpg', label: 2, predicted: 1, score: 0.9 },
      { key: 'f.jpg', label: 0, predicted: 2, score: 0.8 },
      { key: '-1.jpg', label: 1, predicted: 0, score: 0.7 },
    ].map((row) => ({
      ...row,
      labelName: classNames[row.label],
      predictedName: classNames[row.predicted],
      margin: row.score - (1 - row.score),
      suspectedLabel: findings.labelErrors.some(({ key }) => key === row.key),
      clusters: [],
      gaps: [],
      collect: null,
    })),
  );
  const table = await parquetReadObjects({
    file: await asyncBufferFromFile(`${output.location}/report/mistakes.parquet`),
  });
  expect(
    table.map(({ key, label, predicted_name, score, clusters }) => [key, label, predicted_name, score, clusters]),
  ).toEqual([
    ['=d.jpg', 2, 'dog', 0.9, '[]'],
    ['f.jpg', 0, 'fox', 0.8, '[]'],
    ['-1.jpg', 1, 'cat', 0.7, '[]'],
  ]);
  expect(JSON.parse((await output.get('report/findings.json')).toString('utf8'))).toEqual(findings);
  expect(page.page).toBe('report/index.html');
  expect((await output.get(page.page)).toString('utf8')).toContain('<!doctype html>');
  const [head, ...items] = parse((await output.get('report/collect.csv')).toString('utf8'));
  expect(head).toEqual(['rank', 'class', 'class_name', 'mistakes', 'what_to_collect', 'from', 'also_from', 'images']);
  expect(items).toHaveLength(findings.collect.length);
});

test('a second report takes the place of the first one, byte for byte', async () => {
  const output = await madeOutput();
  const all = async () => {
    const bytes = new Map<string, string>();
    for await (const { key } of output.list('report/')) bytes.set(key, (await output.get(key)).toString('base64'));
    return bytes;
  };
  await makeReport(output);
  const first = await all();
  expect(first.size).toBeGreaterThan(8);
  await makeReport(output);
  expect(await all()).toEqual(first);
});

test('without any record there is no report, and nothing is written', async () => {
  const output = await outputOf({ shards: [] });
  await expect(makeReport(output)).rejects.toMatchObject({ code: 'no-records' });
  expect(await output.exists('report/findings.json')).toBe(false);
});

test('with an earlier run the report holds what changed; a later one without it does not', async () => {
  const output = await madeOutput();
  const since = await outputOf({
    shards: [[answered('-1.jpg', 1, 1), answered('a.jpg', 0, 0), answered('=d.jpg', 2, 0), answered('e.jpg', 2, 0)]],
    heatmap: () => [0, 0, 0, 1],
  });
  const { diff } = await makeReport(output, { since });
  expect(diff).toEqual(await diffRuns(since, output));
  expect(diff?.newlyBroken.images.map(({ key }) => key)).toEqual(['-1.jpg']);
  expect(diff?.fixed.images.map(({ key }) => key)).toEqual(['e.jpg']);
  expect(JSON.parse((await output.get('report/diff.json')).toString('utf8'))).toEqual(diff);
  expect(await output.exists('report/data/earlier-maps.js')).toBe(true);
  expect((await makeReport(output)).diff).toBeNull();
  expect(await output.exists('report/diff.json')).toBe(false);
  expect(await output.exists('report/data/earlier-maps.js')).toBe(false);
});

test('an earlier run of other images is refused, and the report that is there stays', async () => {
  const output = await madeOutput();
  await makeReport(output);
  const since = await outputOf({ shards: [[answered('of another set.jpg', 0, 0)]] });
  await expect(makeReport(output, { since })).rejects.toMatchObject({ code: 'nothing-in-common' });
  expect(await output.exists('report/index.html')).toBe(true);
});

test('of several labels every pair that is decided wrongly is handed over, farthest from its threshold first', async () => {
  const [cat, dog, fox] = [0, 1, 2];
  const output = await outputOf({
    shards: [
      [
        severalLabels('a.jpg', { labels: [cat], scores: [0.9, 0.75, 0.125], explained: [cat, dog] }),
        severalLabels('=b.jpg', { labels: [cat, fox], scores: [0.25, 0.125, 0.625], explained: [fox, cat] }),
      ],
    ],
    heatmaps: () => [1, 0, 0, 0],
  });
  await makeReport(output);
  const rows = [
    { key: 'a.jpg', class: dog, kind: 'false-positive', score: 0.75, threshold: 0.5 },
    { key: '=b.jpg', class: cat, kind: 'false-negative', score: 0.25, threshold: 0.5 },
  ];
  const groups = { clusters: [], gaps: [], collect: null, suspectedLabel: false };
  const named = rows.map((row) => ({ ...row, name: classNames[row.class], ...groups }));
  expect(await linesOf(output, 'report/mistakes.jsonl')).toEqual(named);
  const file = await asyncBufferFromFile(`${output.location}/report/mistakes.parquet`);
  expect(await parquetReadObjects({ file })).toEqual(
    rows.map((row) => ({
      ...{ ...row, class_name: classNames[row.class], suspected_label: false, clusters: '[]', gaps: '[]' },
      collect: null,
    })),
  );
});
