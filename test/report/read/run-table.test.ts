import { expect, test } from 'vitest';
import { readRunTable } from '../../../src/report/read/read-table.ts';
import { isJudged, isMistake, mapState, recordedScore } from '../../../src/report/read/run-table.ts';
import { answered, image, outputOf, quarantined } from '../hand-made.ts';

test('every record is a row, in the order of shards and lines, quarantined ones too', async () => {
  const output = await outputOf({
    shards: [
      [answered('a.jpg', 1, 1), quarantined('b.jpg', 'decode-failed', 2)],
      [quarantined('c.jpg', 'too-large'), answered('d.jpg', null, 0), answered('e.jpg', 0, 2)],
    ],
  });
  const table = await readRunTable(output);
  expect(table.rows).toBe(5);
  expect(table.keys).toEqual(['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg', 'e.jpg']);
  expect([...table.shard]).toEqual([0, 0, 1, 1, 1]);
  expect([...table.line]).toEqual([0, 1, 0, 1, 2]);
  expect([...table.quarantined]).toEqual([0, 1, 1, 0, 0]);
  expect([...table.label]).toEqual([1, 2, -1, -1, 0]);
  expect([...table.predicted]).toEqual([1, -1, -1, 0, 2]);
  expect(table.failures).toEqual({ 'decode-failed': 1, 'too-large': 1 });
  const rows = [0, 1, 2, 3, 4];
  expect(rows.filter((row) => isJudged(table, row))).toEqual([0, 4]);
  expect(rows.filter((row) => isMistake(table, row))).toEqual([4]);
});

test('scores, margins and the five best classes come back as they were written', async () => {
  const scores = [0.05, 0.4, 0.02, 0.3, 0.1, 0.08, 0.05];
  const table = await readRunTable(await outputOf({ shards: [[image('a.jpg', 2, scores)]] }));
  expect(table.score[0]).toBe(0.4);
  expect(table.margin[0]).toBeCloseTo(0.1, 12);
  expect([...table.topClass]).toEqual([1, 3, 4, 5, 0]);
  expect([...table.topScore]).toEqual([0.4, 0.3, 0.1, 0.08, 0.05]);
  expect(recordedScore(table, 0, 3)).toBe(0.3);
  expect(recordedScore(table, 0, 2)).toBeNaN();
});

test('a model with fewer classes than five leaves the other places empty', async () => {
  const table = await readRunTable(await outputOf({ shards: [[image('a.jpg', 0, [0.25, 0.75])]] }));
  expect([...table.topClass]).toEqual([1, 0, -1, -1, -1]);
  expect([...table.topScore.subarray(0, 3)]).toEqual([0.75, 0.25, Number.NaN]);
});

test('what records say of their maps is there, each map by itself', async () => {
  const maps = [
    { layer: 'layer3', side: 14 },
    { layer: 'layer4', degenerate: true },
  ];
  const output = await outputOf({
    shards: [[quarantined('a.jpg')], [image('b.jpg', 0, [0.9, 0.1], maps), image('c.jpg', 0, [0.9, 0.1])]],
  });
  const { maps: columns } = await readRunTable(output);
  expect(columns.map(({ layer, method, target, cells }) => [layer, method, target, cells])).toEqual([
    ['layer3', 'grad-cam', 'predicted', 196],
    ['layer4', 'grad-cam', 'predicted', 49],
  ]);
  const [layer3, layer4] = columns;
  expect([...(layer3?.state ?? [])]).toEqual([mapState.absent, mapState.normal, mapState.absent]);
  expect([...(layer4?.state ?? [])]).toEqual([mapState.absent, mapState.degenerate, mapState.normal]);
  expect(layer3?.centreX[1]).toBe(5);
  expect(layer4?.centreX[1]).toBeNaN();
  expect([layer3?.max[1], layer3?.peakY[1], layer3?.areaAboveHalf[1], layer3?.borderShare[1]]).toEqual([
    2, 4, 0.25, 0.5,
  ]);
});

test('names of classes come from labels and scores of all shards', async () => {
  const output = await outputOf({ shards: [[answered('a.jpg', 0, 0)], [answered('b.jpg', 4, 2)]] });
  const { classNames } = await readRunTable(output);
  expect(classNames.slice(0, 5)).toEqual(['cat', 'dog', 'fox', 'owl', 'elk']);
});

test('an unfinished run is read as far as it is, a shard left out in the middle too', async () => {
  const output = await outputOf({
    shards: [[answered('a.jpg', 0, 0)], [answered('b.jpg', 0, 0)], [answered('c.jpg', 0, 0)]],
  });
  await output.delete('scores/part-00001.jsonl');
  const table = await readRunTable(output);
  expect(table.keys).toEqual(['a.jpg', 'c.jpg']);
  expect([...table.shard]).toEqual([0, 2]);
});

test('a run without any part is an empty table', async () => {
  expect(await readRunTable(await outputOf({ shards: [] }))).toMatchObject({ rows: 0, keys: [], maps: [] });
});

test('a damaged line is named with its file', async () => {
  const output = await outputOf({ shards: [[answered('a.jpg', 0, 0)]] });
  await output.put('scores/part-00001.jsonl', `${JSON.stringify(answered('b.jpg', 0, 0))}\n{"key":"c.jpg"}\n`, '');
  await expect(readRunTable(output)).rejects.toMatchObject({
    code: 'damaged-output',
    message: expect.stringContaining('scores/part-00001.jsonl, line 2'),
  });
});
