import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { exported, hostile, madeOutput } from './handed-over.ts';

describe('CSV', () => {
  test('holds the collection list and the images behind it', async () => {
    const { text } = await exported('csv', await madeOutput());
    expect(parse(await text('collect.csv'), { columns: true })).toEqual([
      {
        rank: '1',
        class: '1',
        class_name: 'dog',
        mistakes: '2',
        what_to_collect: "'=Collect dogs",
        from: 'gap-1',
        also_from: 'cluster-1',
        images: '1',
      },
    ]);
    expect(parse(await text('collect-images.csv'), { columns: true })).toEqual([
      { rank: '1', class: '1', class_name: 'dog', key: hostile },
    ]);
  });

  test('needs a report', async () => {
    await expect(exported('csv', await madeOutput(null))).rejects.toMatchObject({ code: 'no-report' });
    await expect(exported('csv', await madeOutput({ version: 2 }))).rejects.toMatchObject({ code: 'damaged-output' });
  });
});
