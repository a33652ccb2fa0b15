import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { outputOf, severalLabels } from '../hand-made.ts';
import { exported, hostile, madeOutput, records } from './handed-over.ts';

describe('SpRAy', () => {
  test('stacks are by predicted class, and the index says whose each row is', async () => {
    const { text, lines, array, files } = await exported('spray', await madeOutput());
    expect(files).toEqual(['index.csv', 'index.jsonl', 'heatmaps/class-0.npy', 'heatmaps/class-2.npy']);
    const index = z
      .array(z.looseObject({ file: z.string(), row: z.int(), key: z.string() }))
      .parse(await lines('index.jsonl'));
    expect(index.map(({ file, row, key }) => [file, row, key])).toEqual([
      ['heatmaps/class-0.npy', 0, 'cat/a.jpg'],
      ['heatmaps/class-0.npy', 1, hostile],
      ['heatmaps/class-2.npy', 0, 'fox/c.jpg'],
      ['heatmaps/class-0.npy', 2, 'dog/d.jpg'],
    ]);
    expect(index[1]).toEqual({
      file: 'heatmaps/class-0.npy',
      row: 1,
      key: hostile,
      label: 1,
      label_name: 'dog',
      predicted: 0,
      predicted_name: 'cat',
      score: 0.75,
    });
    const table: Record<string, string>[] = parse(await text('index.csv'), { columns: true });
    expect(table.map(({ key }) => key)).toEqual(index.map(({ key }) => key));

    const { shape, values } = await array('heatmaps/class-0.npy');
    expect(shape).toEqual([3, 32, 32]);
    const highest = [0, 1, 2].map((row) => {
      const own = values.subarray(row * 1024, (row + 1) * 1024);
      const at = own.indexOf(Math.max(...own));
      return [Math.floor(at / 32) < 16, at % 32 < 16];
    });
    // Rows and columns count from the top left.
    expect(highest).toEqual([
      [true, true],
      [true, false],
      [false, false],
    ]);
    expect(Math.min(...values)).toBe(-1);
    expect(Math.max(...values)).toBe(4);
  });

  test('of several labels each class of an image that is explained has a row, by a name of its own', async () => {
    const [cat, dog, fox] = [0, 1, 2];
    const output = await outputOf({
      shards: [
        [
          severalLabels(hostile, { labels: [cat], scores: [0.9, 0.7, 0.1], explained: [cat, dog] }),
          severalLabels('b.jpg', { labels: null, scores: [0.2, 0.6, 0.3], explained: [dog, fox] }),
        ],
      ],
      heatmaps: ({ key }, index) => (key === 'b.jpg' && index === fox ? [0, 0, 0, 0] : [index + 1, 0, 0, -1]),
    });
    const { lines, text, array, files, images } = await exported('spray', output);
    expect(files).toEqual(['index.csv', 'index.jsonl', 'heatmaps/class-0.npy', 'heatmaps/class-1.npy']);
    expect(images).toBe(2);
    const index = z.array(z.looseObject({ sample: z.string() })).parse(await lines('index.jsonl'));
    expect(index).toEqual([
      {
        ...{ file: 'heatmaps/class-0.npy', row: 0, sample: `${hostile}#0`, key: hostile, class: 0, class_name: 'cat' },
        ...{ is_true: true, decided: true, score: 0.9, outcome: 'true-positive', labels: [0], predicted: [0, 1] },
      },
      {
        ...{ file: 'heatmaps/class-1.npy', row: 0, sample: `${hostile}#1`, key: hostile, class: 1, class_name: 'dog' },
        ...{ is_true: false, decided: true, score: 0.7, outcome: 'false-positive', labels: [0], predicted: [0, 1] },
      },
      {
        ...{ file: 'heatmaps/class-1.npy', row: 1, sample: 'b.jpg#1', key: 'b.jpg', class: 1, class_name: 'dog' },
        ...{ is_true: null, decided: true, score: 0.6, outcome: null, labels: null, predicted: [1] },
      },
    ]);
    const table: Record<string, string>[] = parse(await text('index.csv'), { columns: true });
    expect(table.map(({ sample, predicted }) => [sample, predicted])).toEqual([
      [`${hostile}#0`, '0 1'],
      [`${hostile}#1`, '0 1'],
      ['b.jpg#1', '1'],
    ]);
    const { shape, values } = await array('heatmaps/class-1.npy');
    expect(shape).toEqual([2, 32, 32]);
    expect(Math.max(...values.subarray(1024))).toBeCloseTo(2, 3);
  });

  test('needs evidence', async () => {
    await expect(exported('spray', await outputOf({ shards: [records] }))).rejects.toMatchObject({
      code: 'no-evidence',
    });
  });
});
