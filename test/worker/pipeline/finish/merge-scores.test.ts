import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { scoresPartKey } from '../../../../src/shared/run/output-key.ts';
import type { ImageRecord, MapRecord } from '../../../../src/shared/run/record.ts';
import { FileStore } from '../../../../src/shared/store/file-store.ts';
import { mergeScores } from '../../../../src/worker/pipeline/finish/merge-scores.ts';
import { temporaryFolder } from '../../../shared/temporary-folder.ts';

function record(index: number): ImageRecord {
  const key = `Katze ${index} äöü.jpg`;
  const label = index % 2;
  const labelName = label === 0 ? 'cat' : 'dog';
  if (index % 5 === 4) {
    return {
      key,
      status: 'quarantined',
      error: { code: 'truncated', message: 'It ends too early.' },
      label,
      labelName,
    };
  }
  const top = [{ class: 0, name: 'cat', score: 0.75 }];
  const maps: MapRecord[] = [];
  const image = { width: 640, height: 480 };
  const verdict = { predicted: 0, predictedName: 'cat', score: 0.75, margin: 0.5, correct: label === 0 };
  return { key, status: 'done', label, labelName, ...verdict, top, maps, image };
}

/** An output with shards of three records each. */
async function outputOf(shards: number): Promise<string> {
  const folder = await temporaryFolder();
  const store = new FileStore(folder);
  for (let shard = 0; shard < shards; shard += 1) {
    const lines = [0, 1, 2].map((place) => `${JSON.stringify(record(shard * 3 + place))}\n`);
    await store.put(scoresPartKey(shard), lines.join(''), 'application/x-ndjson');
  }
  return folder;
}

const tableOf = async (folder: string) => asyncBufferFromFile(join(folder, 'scores/scores.parquet'));

describe('scores.parquet', () => {
  test('holds a row for every record, in the order of the run', async () => {
    const folder = await outputOf(4);
    const { tally } = await mergeScores({ output: folder, shards: 4, missing: [] });
    expect(tally).toEqual({ done: 10, quarantined: 2, labelled: 10, correct: 5, failures: { truncated: 2 } });
    const rows = await parquetReadObjects({ file: await tableOf(folder) });
    expect(rows.map(({ key }) => key)).toEqual(Array.from({ length: 12 }, (_, index) => record(index).key));
    expect(rows[1]).toEqual({
      key: 'Katze 1 äöü.jpg',
      status: 'done',
      label: 1,
      label_name: 'dog',
      predicted: 0,
      predicted_name: 'cat',
      score: 0.75,
      margin: 0.5,
      correct: false,
      error_code: null,
      error_message: null,
      width: 640,
      height: 480,
      top: '[{"class":0,"name":"cat","score":0.75}]',
      maps: '[]',
      activations: null,
    });
    expect(rows[4]).toMatchObject({
      status: 'quarantined',
      error_code: 'truncated',
      error_message: 'It ends too early.',
      predicted: null,
      top: null,
    });
  });

  test('leaves out the shards that were given up', async () => {
    const folder = await outputOf(3);
    const { tally } = await mergeScores({ output: folder, shards: 4, missing: [1, 3] });
    expect(tally.done + tally.quarantined).toBe(6);
    const rows = await parquetReadObjects({ file: await tableOf(folder) });
    expect(rows.map(({ key }) => key)).toEqual([0, 1, 2, 6, 7, 8].map((index) => record(index).key));
  });

  test('is the same again, byte for byte', async () => {
    const folder = await outputOf(5);
    await mergeScores({ output: folder, shards: 5, missing: [] });
    const first = await readFile(join(folder, 'scores/scores.parquet'));
    await mergeScores({ output: folder, shards: 5, missing: [] });
    expect((await readFile(join(folder, 'scores/scores.parquet'))).equals(first)).toBe(true);
  });

  test('is written in row groups, so that memory does not grow with it', async () => {
    const folder = await temporaryFolder();
    const store = new FileStore(folder);
    const lines = Array.from({ length: 20_000 }, (_, index) => `${JSON.stringify(record(index))}\n`);
    await store.put(scoresPartKey(0), lines.join(''), 'application/x-ndjson');
    await mergeScores({ output: folder, shards: 1, missing: [] });
    const { row_groups, num_rows } = await parquetMetadataAsync(await tableOf(folder));
    expect(num_rows).toBe(20_000n);
    expect(row_groups.map((group) => Number(group.num_rows))).toEqual([16_384, 3_616]);
  });

  test('has its columns without a single row', async () => {
    const folder = await temporaryFolder();
    await mergeScores({ output: folder, shards: 0, missing: [] });
    const { schema, num_rows } = await parquetMetadataAsync(await tableOf(folder));
    expect(num_rows).toBe(0n);
    expect(schema.map(({ name }) => name)).toContain('error_code');
  });

  test('names the line that is not a record', async () => {
    const folder = await outputOf(2);
    await new FileStore(folder).put(
      scoresPartKey(1),
      `${JSON.stringify(record(3))}\n{"key": 1}\n`,
      'application/x-ndjson',
    );
    await expect(mergeScores({ output: folder, shards: 2, missing: [] })).rejects.toThrow(
      /^scores\/part-00001\.jsonl, line 2 in .+ is not a record\./,
    );
  });
});
