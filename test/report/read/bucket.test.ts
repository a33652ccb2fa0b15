import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { makeFindings } from '../../../src/report/make-findings.ts';
import { joinTables } from '../../../src/report/read/join-tables.ts';
import { readRunTable } from '../../../src/report/read/read-table.ts';
import { readInThreads } from '../../../src/report/read/read-threads.ts';
import { openStore } from '../../../src/shared/open-store.ts';
import { type S3Server, s3ServerProgram, startS3Server } from '../../fleet/s3-server.ts';
import { answered, outputOf, quarantined } from '../hand-made.ts';

const program = await s3ServerProgram();
const builtThread = new URL('../../../dist/report/read/read-thread.js', import.meta.url);

describe.skipIf(program === null)('an output in a bucket', () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3Server(program ?? '');
    for (const [name, value] of Object.entries(server.environment)) vi.stubEnv(name, value);
    await server.createBucket('findings');
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await server.stop();
  });

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
    const inThreads = await readInThreads(builtThread, bucket.location, [[0, 1, 2], [3], [4]], 2);
    expect(joinTables(inThreads)).toEqual(await readRunTable(folder));
    await bucket.close();
  });
});
