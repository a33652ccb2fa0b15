import { describe, expect, test } from 'vitest';
import { makeFindings } from '../../../src/report/make-findings.ts';
import { readRunTable } from '../../../src/report/read/read-table.ts';
import { readInThreads } from '../../../src/report/read/read-threads.ts';
import { openStore } from '../../../src/shared/store/open-store.ts';
import { s3Program, useS3 } from '../../fleet/use-s3.ts';
import { answered, outputOf, quarantined } from '../hand-made.ts';

const builtThread = new URL('../../../dist/report/read/read-thread.js', import.meta.url);

describe.skipIf(s3Program === null)('an output in a bucket', () => {
  useS3('findings');

  test('says the same as the same output in a folder', async () => {
    const folder = await outputOf({
      shards: Array.from({ length: 5 }, (_, shard) => [
        answered(`${shard}.jpg`, 0, shard % 2),
        quarantined(`${shard}.png`),
      ]),
      heatmap: () => [0, 1, 2, 3],
    });
    const bucket = await openStore('s3://findings/night/1');
    for await (const { key } of folder.list()) await bucket.put(key, await folder.get(key), '');
    const [inFolder, inBucket] = [await makeFindings(folder), await makeFindings(bucket)];
    expect(inBucket.findings).toEqual(inFolder.findings);
    const groups = [[0, 1, 2], [3], [4]];
    const inThreads = await readInThreads(builtThread, { output: bucket.location, groups }, 2);
    expect(inThreads).toEqual(await readRunTable(folder));
    await bucket.close();
  });
});
